namespace NtkPipeline.Core

/// What is drawn of paths through function space.
[<RequireQualifiedAccess>]
module FunctionSpaceCharts =

    let private inDegrees radians = radians * 180.0 / System.Math.PI

    let private of' scale (evidence: FunctionSpaceEvidence) =
        evidence.Paths |> Array.filter (fun path -> path.Spec.InputScale = scale)

    /// One network of each width, the first seed.
    let private firsts paths =
        paths
        |> Array.groupBy (fun (path: FollowedPath) -> path.Spec.Width)
        |> Array.map (fun (width, paths) -> width, paths[0])

    let private name width = $"m = %d{width}"
    let private infinite = "infinite width"
    let private pair (point: float[]) = point[0], point[1]

    /// A slider through training: how far each network has come, beside the whole of the kernel's path.
    let private plane (evidence: FunctionSpaceEvidence) (kernel: KernelView) : PointChart option =
        let networks = firsts (of' kernel.Scale evidence)

        if kernel.Plane.Length = 0 || networks.Length = 0 then
            None
        else
            let until epoch (steps: int[]) (points: float[][]) =
                Array.zip steps points
                |> Array.filter (fun (step, _) -> step <= epoch)
                |> Array.map (snd >> pair)

            let frame epoch =
                $"epoch %d{epoch}",
                [
                    for width, path in networks do
                        PointChart.line (name width) ChartMark.Measured (until epoch path.Epochs path.Plane)
                    PointChart.line "kernel, now" ChartMark.Points [
                        until epoch kernel.Steps kernel.Plane |> Array.last
                    ]
                ]

            // The last frame first would hide how it came about; but print shows the first, which must show the whole.
            let moments = kernel.Steps |> Array.rev |> List.ofArray
            let percent = kernel.PlaneShare |> Option.map VerdictWords.percent |> Option.defaultValue "?"

            Some {
                Id = $"function-space-plane-%s{InputScale.print kernel.Scale}"
                Title = $"Paths through function space, %s{InputScale.words kernel.Scale}"
                Caption =
                    $"Outputs on the validation tweets while training, seen on the two principal axes of the kernel's path, which hold %s{percent} of its scatter. Dashed: the whole path of the infinitely wide network. The slider goes back from the end of training to its start. One seed of each width."
                Horizontal = FigureAxis.linear "first principal axis (rms output)"
                Vertical = FigureAxis.linear "second principal axis (rms output)"
                Drawing =
                    Drawing.Frames(
                        [ PointChart.line infinite ChartMark.Theory (kernel.Plane |> Array.map pair) ],
                        List.map frame moments
                    )
            }

    /// What is left of the targets along two eigenvectors, on logarithmic axes: under descent each shrinks by its own factor a step, so that
    /// the kernel's path is a straight line.
    let private eigenbasis (evidence: FunctionSpaceEvidence) (kernel: KernelView) : PointChart option =
        // The first is learnt at once, where the rate is N/Λ_max.
        let candidates =
            [ 1 .. kernel.Targets.Length - 1 ]
            |> List.sortBy (fun k -> -abs kernel.Targets[k])
            |> List.truncate 2
            |> List.sort

        match candidates with
        | [ a; b ] when kernel.Targets[a] <> 0.0 && kernel.Targets[b] <> 0.0 ->
            let left k (point: float[]) = 1.0 - point[k] / kernel.Targets[k]
            // Below it, rounding and the noise of reading off are all that is left.
            let points path = [
                for point in path do
                    if left a point > 1e-3 && left b point > 1e-3 then
                        left a point, left b point
            ]

            Some {
                Id = $"function-space-eigenbasis-%s{InputScale.print kernel.Scale}"
                Title = $"Paths in the kernel's eigenbasis, %s{InputScale.words kernel.Scale}"
                Caption =
                    $"Share of the targets that is not yet learnt along eigenvectors %d{a + 1} and %d{b + 1} of the kernel. Infinite width is a straight line here: each direction has its own factor a step, whatever the others do. Networks' shares are read off the validation tweets by least squares on the eigenfunctions."
                Horizontal = FigureAxis.logarithmic $"left along eigenvector %d{a + 1}"
                Vertical = FigureAxis.logarithmic $"left along eigenvector %d{b + 1}"
                Drawing =
                    Drawing.Lines [
                        PointChart.line infinite ChartMark.Theory (points kernel.Learnt)
                        for width, path in firsts (of' kernel.Scale evidence) do
                            PointChart.line (name width) ChartMark.Measured (points path.Coordinates)
                    ]
            }
        | _ -> None

    let private byEpoch (evidence: FunctionSpaceEvidence) (kernel: KernelView) : PointChart = {
        Id = $"function-space-angle-epoch-%s{InputScale.print kernel.Scale}"
        Title = $"Angle between the paths while training, %s{InputScale.words kernel.Scale}"
        Caption =
            "Between what the network's outputs and the kernel's move by from one tracked epoch to the next, on the validation tweets. Mean over seeds; bands are one standard deviation. At 90° the two have nothing to do with each other."
        Horizontal = FigureAxis.logarithmic "epoch"
        Vertical = FigureAxis.linear "angle (degrees)"
        Drawing =
            Drawing.Lines [
                for width, paths in
                    of' kernel.Scale evidence
                    |> Array.filter (fun path -> not path.Diverged)
                    |> Array.groupBy (fun path -> path.Spec.Width) ->
                    {
                        Name = name width
                        Mark = ChartMark.Followed
                        Points = [|
                            for k in 0 .. paths[0].Angles.Length - 1 do
                                match paths |> Array.choose (fun path -> path.Angles[k]) with
                                | [||] -> ()
                                | found ->
                                    CurvePoint.ofValues
                                        false
                                        (float (paths[0].Epochs[k + 1]))
                                        (found |> Array.map inDegrees)
                        |]
                    }
            ]
    }

    let private byWidth (evidence: FunctionSpaceEvidence) : PointChart =
        let line (kernel: KernelView) = {
            Name = InputScale.words kernel.Scale
            Mark = ChartMark.Measured
            Points = [|
                for width, paths in of' kernel.Scale evidence |> Array.groupBy (fun path -> path.Spec.Width) do
                    match paths |> Array.choose _.MeanAngle with
                    | [||] -> ()
                    | found -> CurvePoint.ofValues true (float width) (found |> Array.map inDegrees)
            |]
        }

        let lines = evidence.Kernels |> Array.map line |> List.ofArray

        let guide =
            match lines |> List.tryPick (fun line -> Array.tryHead line.Points) with
            | None -> []
            | Some first ->
                let widths =
                    evidence.Paths
                    |> Array.map (fun path -> float path.Spec.Width)
                    |> Array.distinct
                    |> Array.sort

                [
                    PointChart.line
                        "∝ m^−½"
                        ChartMark.Guide
                        (widths |> Array.map (fun m -> m, first.Y * sqrt (first.X / m)))
                ]

        {
            Id = "function-space-angle-width"
            Title = "Angle between the paths against width"
            Caption =
                "Mean over training of the angle between the movements of network and kernel. Bars reach from the smallest to the largest seed."
            Horizontal = FigureAxis.logarithmic "width m (hidden units)"
            Vertical = FigureAxis.logarithmic "mean angle (degrees)"
            Drawing = Drawing.Lines(lines @ guide)
        }

    let all (evidence: FunctionSpaceEvidence) : PointChart list = [
        byWidth evidence
        for kernel in evidence.Kernels do
            yield! Option.toList (plane evidence kernel)
            yield! Option.toList (eigenbasis evidence kernel)
            byEpoch evidence kernel
    ]
