namespace NtkPipeline.Core

open TorchSharp

/// Directions on the cross-entropy, whose norms grow without end.
[<RequireQualifiedAccess>]
module BiasTurns =

    /// The kernel's functions on the validation rows that directions are held against.
    type Directions = {
        LeastNorm: float[]
        /// None where rows cannot be told apart, with 1/‖f‖ in the networks' own units.
        Margin: (float[] * float) option
        /// By the same steps, at the tracked ones; none for optimisers that kernels do not know.
        Kernel: OptimiserKind -> float[][] option
    }

    /// `rate` in units of N/Λ_max for the squared error. Full batches stand for minibatches.
    let kernelPath
        (rate: float)
        (steps: int list)
        kernel
        (cross: Matrix<float>)
        (labels: float[])
        (largest: float)
        kind
        =
        match Optimiser.momentum (OptimiserKind.optimiser kind) with
        | None -> None
        | Some beta ->
            let n, other = labels.Length, cross.Rows
            let zero rows = Matrix.create rows 1 (Array.zeroCreate<float> rows)

            let plan = {
                Rate = rate / Loss.curvature Loss.CrossEntropy * float n / largest
                IsStepwise = true
                Momentum = beta
                Times = steps |> List.map float |> Array.ofList
                Ridge = 0.0
            }

            let asked =
                Some(
                    "implicit-bias: the kernel of the validation rows",
                    KernelMatrix.Double cross,
                    zero other
                )

            match
                LogisticDescent.run
                    "implicit-bias: the kernel of the rows fitted"
                    plan
                    (KernelMatrix.Double kernel)
                    (Matrix.create n 1 labels)
                    (zero n)
                    asked
            with
            | Ok path -> Some(path.Points |> Array.map _.Outputs.Values)
            | Error _ -> None

    let private angles (directions: Directions) kind (sound: BiasPath[]) k : BiasAngle =
        let rows = [| 0 .. directions.LeastNorm.Length - 1 |]
        let mean pick = sound |> Array.averageBy (fun path -> pick path.Points[k])
        let angle g = mean (fun point -> BiasMeasures.angle rows point.Outputs g)

        {
            Step = sound[0].Points[k].Step
            ToMargin = directions.Margin |> Option.map (fst >> angle)
            ToLeastNorm = angle directions.LeastNorm
            ToKernel = directions.Kernel kind |> Option.map (fun path -> angle path[k])
            MarginShare =
                directions.Margin
                |> Option.map (fun (_, margin) ->
                    mean (fun point ->
                        if point.Travel = 0.0 then 0.0 else point.LeastMargin / point.Travel / margin))
        }

    /// One optimiser's networks.
    let ofPaths
        resamples
        (seed: Seed)
        (directions: Directions)
        (kind: OptimiserKind)
        (paths: BiasPath[])
        : BiasTurn =
        let sound = paths |> Array.filter _.IsWhole

        let turn = {
            Kind = kind
            Sound = sound.Length
            Angles = [||]
            From = 0
            To = 0
            Turned = None
        }

        if sound.Length = 0 then
            turn
        else
            let points = sound[0].Points
            let early = points |> Array.findIndexBack (fun point -> point.Step <= max 1 (sound[0].Steps / 10))
            let late = points.Length - 1

            let turned (margin: float[], _) =
                let statistics (chosen: int[]) rows =
                    let angle k (path: BiasPath) = BiasMeasures.angle rows path.Points[k].Outputs margin

                    [|
                        chosen |> Array.averageBy (fun m -> angle early sound[m] - angle late sound[m])
                    |]

                Bootstrap.together resamples seed sound.Length margin.Length statistics |> Array.head

            {
                turn with
                    Angles = points |> Array.mapi (fun k _ -> angles directions kind sound k)
                    From = points[early].Step
                    To = points[late].Step
                    Turned = Option.map turned directions.Margin
            }

    /// What directions are held against. `factor` brings the kernel to the networks' own units.
    let directions (kernel: Matrix<float>) (cross: Matrix<float>) (labels: float[]) factor leastNorm path =
        let outputs (coefficients: float[]) =
            use _ = torch.NewDisposeScope()
            (Tensors.ofMatrix64 cross).mv(Tensors.ofArray64 coefficients) |> Tensors.toArray64

        let found = MaxMargin.solve "implicit-bias: the kernel of the rows fitted" kernel labels

        {
            LeastNorm = leastNorm
            Margin =
                match found with
                | Ok margin -> Some(outputs margin.Coefficients, sqrt (factor / margin.SquaredNorm))
                | Error _ -> None
            Kernel = path
        },
        found
