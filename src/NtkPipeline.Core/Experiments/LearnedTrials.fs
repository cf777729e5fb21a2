namespace NtkPipeline.Core

/// A kernel learned on some rows, and the base kernel, both as regressors of rows kept aside.
type LearnedTrial = {
    Family: KernelFamily
    /// The fold that was kept aside; none where it was the validation rows.
    Fold: int option
    /// Rows that were learned on, and fitted.
    Rows: int
    /// What each network of the family stands for.
    Names: string[]
    Report: LearnedReport option
    Base: FamilyScore option
    Learned: FamilyScore option
    /// ±1 for each row kept aside.
    Labels: float[]
    /// Why something is missing.
    Refusal: string option
}

/// What kernels are learned from.
type LearnInput = { Tweets: Tweet[]; Features: Features; Split: Split }

/// Stage: one family of kernels learned by gradient, and what it is worth on rows kept aside.
[<RequireQualifiedAccess>]
module LearnedTrials =

    /// Places among the fitted rows that are learned on, and labelled rows that are kept aside.
    let rows (most: int) (aside: int option) (split: Split) : int[] * int[] =
        let places = Probe.rows most split.Train.Length

        match aside with
        | None -> places, split.Validation
        | Some fold ->
            let held, kept = places |> Array.partition (fun place -> split.Folds[place] = fold)
            kept, held |> Array.map (fun place -> split.Train[place])

    let private attempt (family, aside, most, ridges, by, settings: LearnSettings) (input: LearnInput) =
        let split = input.Split
        let places, held = rows most aside split
        let kept = places |> Array.map (fun place -> split.Train[place])
        let targets = SplitTweets.targets split kept
        let views = KernelFamily.views input.Features.Labelled input.Tweets
        let start = KernelFamily.start family views
        let keptRows, heldRows = KernelFamily.gather kept start, KernelFamily.gather held start

        let baseKernel = {
            Networks = [ BaseKernel.network ]
            Views = [ snd views.Head ]
            Names = [ "base" ]
        }

        let first =
            KernelFamily.score
                "the base kernel"
                ridges
                [| 1.0 |]
                (KernelFamily.gather kept baseKernel)
                targets
                (KernelFamily.gather held baseKernel)

        let learned =
            LearnKernel.learn settings (fun _ _ -> ()) {
                Kind = KernelKind.Ntk
                Networks = start.Networks
                X = keptRows.Views.Head
                Views = keptRows.Views
                Y = Matrix.create targets.Length 1 targets
                By = by
                StartRidge = RidgeValue.Relative 0.5
            }

        let second =
            learned
            |> Result.bind (fun learned ->
                let withNetworks (rows: FamilyKernel) = { rows with Networks = learned.Networks }

                KernelFamily.score
                    $"the kernel with learned %s{KernelFamily.print family}"
                    ridges
                    learned.Weights
                    (withNetworks keptRows)
                    targets
                    (withNetworks heldRows))

        Ok {
            Family = family
            Fold = aside
            Rows = kept.Length
            Names = Array.ofList start.Names
            Report =
                learned |> Result.toOption |> Option.map (LearnedReport.create KernelKind.Ntk by kept.Length)
            Base = Result.toOption first
            Learned = Result.toOption second
            Labels = held |> Array.map (fun row -> split.Labels[row])
            Refusal =
                match first, second with
                | Ok _, Ok _ -> None
                | Error reason, _
                | _, Error reason -> Some reason.Sentence
        }

    let inputs
        (tweets: Artifact<Tweet[]>)
        (features: Artifact<Features>)
        (split: Artifact<Split>)
        : Artifact<LearnInput> =
        let gather tweets features split : LearnInput = {
            Tweets = tweets
            Features = features
            Split = split
        }

        Artifact.map3 gather tweets features split

    /// One family, learned on the rows that are left, against the base kernel on the rows kept aside; both fitted on the same rows, each with
    /// the ridge that is best by leave-one-out there. Numbers that refuse are part of the result.
    let trial
        (values: Map<string, string>)
        (ridges: RidgeSettings)
        (family: KernelFamily)
        (aside: int option)
        : Stage<LearnInput, LearnedTrial> =
        let settings: LearnSettings = { Tolerance = 1e-4; MostSteps = LearnedKernels.whole values "steps" }

        let rows, by = LearnedKernels.whole values "rows", LearnedKernels.criterion values

        let place =
            match aside with
            | Some fold -> $"fold=%d{fold}"
            | None -> "validation"

        {
            Name = $"learn-kernel/%s{KernelFamily.print family}/%s{place}"
            Version = 1
            Settings = Fingerprint.describe (rows, ridges, by, settings)
            Codec = Codec.json "learned-trial/1"
            Body = Pure(attempt (family, aside, rows, ridges, by, settings))
        }
