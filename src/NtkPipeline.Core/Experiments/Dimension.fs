namespace NtkPipeline.Core

/// What the input dimension does: the written method's second question. The embeddings are reduced to several numbers of principal
/// components, and on each the kernel, its spectrum and finite networks at ‖x‖ = √d are made anew, on one subset of the training rows.
[<RequireQualifiedAccess>]
module Dimension =

    let private setting key = Setting.create $"dimension.%s{key}"

    let private settings = [
        setting
            "values"
            (WholeList(1L, 4096L))
            "8, 32, 128"
            "d, numbers of principal components; those that the embeddings have no columns for are left out."
        setting
            "rows"
            (Whole(16L, 100000L))
            "2000"
            "Training rows, evenly spaced, on which everything is fitted."
        setting "widths" (WholeList(1L, 65536L)) "256, 1024" "Hidden widths."
        CommonSettings.seeds "dimension.seeds" 3
        setting "epochs" (Whole(1L, 100000L)) "20" "Passes over these rows."
    ]

    let dimensions (values: Map<string, string>) : int list =
        Setting.wholes values "dimension.values" |> List.distinct |> List.sort

    let rows (values: Map<string, string>) : int = Setting.whole values "dimension.rows"

    /// At ‖x‖ = √d, whatever the run's own networks are given; measured after every epoch, one of which fitted rows choose.
    let private grid (values: Map<string, string>) (basis: RunSpec) : Grid =
        let epochs = Setting.whole values "dimension.epochs"

        {
            Base = {
                basis with
                    InputScale = InputScale.SqrtD
                    Epochs = epochs
                    Tracked = TrackedEpochs.Every
            }
            Along = [
                Axis.width, Setting.reals values "dimension.widths" |> List.map AxisValue.Number
                Axis.seed, Widths.seeds values "dimension.seeds"
            ]
        }

    /// The networks of one dimension, which their names tell, so that each has its own draw.
    let points (values: Map<string, string>) (basis: RunSpec) (dimensions: int) : GridPoint[] =
        match Grid.points (grid values basis) with
        | Ok points ->
            points |> Array.map (fun point -> { point with Name = $"%s{point.Name}/d=%d{dimensions}" })
        | Error reason -> invalidArg (nameof values) reason

    /// The run's ridges, chosen by the error of exact leave-one-out.
    let ridge (settings: RidgeSettings) : RidgeSettings = { settings with ChooseBy = RidgeChoice.LeaveOneOut }

    let private work values basis (sizes: RunSizes) =
        let fitted = min (rows values) sizes.Fitted

        dimensions values
        |> List.sumBy (fun d ->
            let sizes = { sizes with Fitted = fitted; Test = 0; Features = d }

            // The decomposition, and those of the folds.
            3.0 * Workload.eigen fitted
            + Workload.product sizes.Labelled d sizes.Labelled
            + Workload.passes 10.0 sizes.Labelled sizes.Labelled
            + Workload.networks sizes (points values basis d)
            + ChooseEpochs.work values sizes (points values basis d))

    let experiment: Experiment = {
        Name = "dimension"
        Question = "What does the number of input dimensions do to the kernel and to networks?"
        Settings = settings
        Check =
            fun values basis ->
                match Grid.points (grid values basis) with
                | Ok _ -> []
                | Error reason -> [ $"dimension: %s{reason}" ]
        Work = work
    }

    let private findings (evidence: DimensionEvidence) : Finding[] = [|
        for place, needed in Array.zip evidence.Places evidence.Needed do
            let name metric = $"%s{metric}-d=%d{place.Dimensions}"
            Finding.create (name "explained-variance") place.ExplainedVariance
            Finding.create (name "kernel-accuracy") place.Kernel.Validation.Accuracy
            Finding.create (name "kernel-leave-one-out-error") place.Kernel.LeaveOneOutError
            Finding.create (name "kernel-relative-ridge") place.Kernel.RelativeRidge
            Finding.create (name "kernel-effective-dimension") place.Kernel.EffectiveDimension
            Finding.create (name "kernel-effective-rank") place.EffectiveRank
            yield! Finding.ofFit (name "spectrum-exponent") place.Decay

            for width in DimensionEvidence.widths evidence.Places do
                match
                    DimensionEvidence.epoch width place, List.ofArray (DimensionEvidence.judged width place)
                with
                | Some epoch, (_ :: _ as runs) ->
                    let at = $"m=%d{width}-d=%d{place.Dimensions}"
                    let accuracy (run: NetworkRun) = (Group.last run).Validation.Accuracy
                    Finding.create $"chosen-epoch-%s{at}" (float epoch)
                    Finding.create $"stopped-accuracy-%s{at}" (List.averageBy accuracy runs)
                | _ -> ()

                let runs = place.Runs |> Array.filter (fun run -> run.Spec.Width = width)

                for quantity in
                    [
                        Quantity.Accuracy
                        Quantity.InitKernelError
                        Quantity.DeltaTheta
                        Quantity.GapToKernel
                    ] do
                    let metric = $"%s{Quantity.print quantity}-m=%d{width}-d=%d{place.Dimensions}"

                    match runs |> Array.choose (Quantity.ofRun quantity) |> Aggregate.ofValues with
                    | Some aggregate -> Finding.create metric aggregate.Mean
                    | None ->
                        Finding.missing
                            metric
                            "no network has it: each diverged, or its optimiser has no such companion"

            match needed.Width with
            | None -> Finding.missing (name "width-needed") needed.Reason
            | Some width ->
                Finding.create (name "width-needed") width.Width
                Finding.create (name "width-needed-lower") width.Lower

                match width.Upper with
                | Some upper -> Finding.create (name "width-needed-upper") upper
                | None ->
                    Finding.missing
                        (name "width-needed-upper")
                        "in more than one resample in forty ΔΘ does not fall"

        yield! Finding.ofFit "width-needed-exponent" evidence.NeededExponent
        yield! Finding.ofFit "init-kernel-error-exponent" evidence.InitErrorExponent
        yield! Finding.ofFit "delta-theta-exponent" evidence.MovementExponent
        yield! Finding.ofFit "gap-to-kernel-exponent" evidence.GapExponent
        yield! Finding.ofDifference "kernel-rise" "fewer than two dimensions" evidence.KernelRise
        yield! Finding.ofDifference "kernel-last-rise" "fewer than two dimensions" evidence.KernelLast
        yield!
            Finding.ofDifference
                "network-rise"
                "fewer than two dimensions, or every network diverged"
                evidence.NetworkRise
        yield!
            Finding.ofDifference
                "network-rise-at-end"
                "fewer than two dimensions, or every network diverged"
                evidence.NetworkRiseAtEnd
    |]

    /// What the experiment adds to a run's findings.
    let chapter (evidence: Artifact<DimensionEvidence>) : Artifact<Chapter> =
        evidence
        |> Artifact.map (fun evidence -> {
            Chapter.create experiment.Name experiment.Question with
                Answer = DimensionWords.answer evidence
                Words = DimensionWords.words evidence
                Verdicts =
                    DimensionClaims.all |> Seq.collect (fun claim -> claim.Judge evidence) |> Array.ofSeq
                Findings = findings evidence
                Charts = DimensionCharts.all evidence
                Tables = DimensionTables.all evidence
        })
