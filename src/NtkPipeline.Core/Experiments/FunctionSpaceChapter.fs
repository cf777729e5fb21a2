namespace NtkPipeline.Core

/// What the experiment adds to a run's findings.
[<RequireQualifiedAccess>]
module FunctionSpaceChapter =

    let private degrees radians = radians * 180.0 / System.Math.PI

    /// The paths of each input scale and width.
    let private kinds (evidence: FunctionSpaceEvidence) =
        evidence.Paths |> Array.groupBy (fun path -> path.Spec.InputScale, path.Spec.Width)

    let private mean pick (paths: FollowedPath[]) = paths |> Array.choose pick |> Aggregate.ofValues

    let private findings (evidence: FunctionSpaceEvidence) : Finding[] =
        let none = "every network of this kind diverged, or stood still"

        let number metric scale (value: Aggregate option) =
            match value with
            | Some value -> Finding.create metric (scale value.Mean)
            | None -> Finding.missing metric none

        [|
            for (scale, width), paths in kinds evidence do
                let place = $"%s{InputScale.print scale}-m=%d{width}"
                number $"mean-angle-degrees-%s{place}" degrees (mean _.MeanAngle paths)
                number $"end-angle-degrees-%s{place}" degrees (mean _.EndAngle paths)
                number $"in-plane-%s{place}" id (mean _.InPlane paths)

            for one in evidence.Exponents do
                yield! Finding.ofFit $"angle-exponent-%s{InputScale.print one.InputScale}" one.Fit

            for name, pick in
                [
                    "", (fun (band: Banded) -> band.Estimate)
                    "-lower", _.Least
                    "-upper", _.Most
                ] do
                match evidence.UnitOverRoot with
                | Some band -> Finding.create $"angle-unit-over-sqrt-d%s{name}" (pick band)
                | None ->
                    Finding.missing $"angle-unit-over-sqrt-d%s{name}" "it takes two networks of either norm"

            for kernel in evidence.Kernels do
                let scale = InputScale.print kernel.Scale

                match kernel.PlaneShare with
                | Some share -> Finding.create $"plane-share-of-kernel-%s{scale}" share
                | None -> Finding.missing $"plane-share-of-kernel-%s{scale}" "its path has one direction"

            match evidence.Paths |> Array.choose _.Mismatch with
            | [||] -> ()
            | found -> Finding.create "closed-form-against-steps" (Array.max found)
        |]

    let private table (evidence: FunctionSpaceEvidence) : ChapterTable =
        let shown show (value: Aggregate option) =
            match value with
            | None -> NumberCell "–"
            | Some { Mean = mean; StandardDeviation = Some deviation } ->
                NumberCell $"%s{show mean} ± %s{show deviation}"
            | Some value -> NumberCell(show value.Mean)

        {
            Title = "Angles between the paths of networks and kernel"
            Headings = [
                TextCell "inputs"
                NumberCell "m"
                NumberCell "mean angle"
                NumberCell "angle of the whole movement"
                NumberCell "share in the kernel's plane"
                NumberCell "diverged"
            ]
            Rows = [
                for (scale, width), paths in kinds evidence ->
                    [
                        TextCell(InputScale.words scale)
                        NumberCell(string width)
                        shown FunctionSpaceClaims.degrees (mean _.MeanAngle paths)
                        shown FunctionSpaceClaims.degrees (mean _.EndAngle paths)
                        shown VerdictWords.percent (mean _.InPlane paths)
                        NumberCell(paths |> Array.filter _.Diverged |> Array.length |> string)
                    ]
            ]
            Notes = [
                "Mean over seeds ± one standard deviation. The mean angle is that between movements from one tracked epoch to the next; the share in the plane is that of the squared movement over all of training."
            ]
        }

    /// How well coordinates that the validation rows show agree with the exact ones, for the kernel itself.
    let private readingError (kernel: KernelView) =
        let size (rows: float[][]) = rows |> Array.sumBy (Array.sumBy (fun x -> x * x)) |> sqrt
        let off = Array.map2 (Array.map2 (-)) kernel.Learnt kernel.ReadOff
        let whole = size kernel.Learnt
        if whole = 0.0 then None else Some(size off / whole)

    let private words (evidence: FunctionSpaceEvidence) = [
        $"A network's outputs on the %d{evidence.ValidationRows} validation tweets are a point in as many dimensions, which training moves. An infinitely wide network moves along the eigenvectors of its kernel, each coordinate on its own and never back; a finite one may bend away, since its kernel moves too. All networks start at 0 (they are centred) and take full-batch steps on %d{evidence.TrainRows} training rows, so that the kernel's path is one, and is known in closed form. Nothing is chosen on the validation tweets."
        "What is measured is the angle between the movements of network and kernel, by the very same steps, from one tracked epoch to the next. Tracked epochs are a constant factor apart, so that the mean over them weighs early and late training alike."
        match evidence.Kernels |> Array.choose readingError with
        | [||] -> ()
        | errors ->
            $"The eigenbasis is that of the training rows, and only the validation rows' outputs are followed; coordinates are read off them by least squares on the leading eigenfunctions. For the kernel, whose coordinates are known, this is off by %s{VerdictWords.percent (Array.max errors)}."
        match evidence.Paths |> Array.choose _.Mismatch with
        | [||] -> ()
        | found ->
            $"The closed form and the kernel that was trained step by step beside each network agree within %.2g{Array.max found} in their rms gaps to the networks."
        match evidence.Paths |> Array.filter _.Diverged |> Array.length with
        | 0 -> ()
        | n ->
            $"%d{n} of %s{VerdictWords.networks evidence.Paths.Length} diverged; their angles are left out."
    ]

    let private answer (evidence: FunctionSpaceEvidence) = [
        for one in evidence.Exponents do
            let widest =
                evidence.Paths
                |> Array.filter (fun path ->
                    path.Spec.InputScale = one.InputScale && path.Spec.Width = evidence.Widest)
                |> mean _.MeanAngle

            match one.Fit, widest with
            | Some fit, Some widest ->
                let minus (x: float) = $"%.2f{x}".Replace('-', '−')

                let verb =
                    if fit.Upper < 0.0 then "falls"
                    elif fit.Lower >= 0.0 then "does not fall"
                    else "may or may not fall"

                $"At %s{InputScale.words one.InputScale} the angle between a network's path through function space and its kernel's %s{verb} with width (∝ m^%s{minus fit.Slope}, 95%% band %s{minus fit.Lower} to %s{minus fit.Upper}); at m = %d{evidence.Widest} it is %s{FunctionSpaceClaims.degrees widest.Mean}."
            | _, _ -> ()
    ]

    let private write (evidence: FunctionSpaceEvidence) : Chapter = {
        Chapter.create FunctionSpace.experiment.Name FunctionSpace.experiment.Question with
            Answer = answer evidence
            Words = words evidence
            Verdicts =
                FunctionSpaceClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
            Findings = findings evidence
            Charts = FunctionSpaceCharts.all evidence
            Tables = [ table evidence ]
    }

    let chapter (evidence: Artifact<FunctionSpaceEvidence>) : Artifact<Chapter> = Artifact.map write evidence
