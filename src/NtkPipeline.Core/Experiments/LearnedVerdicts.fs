namespace NtkPipeline.Core

/// What learning one family of kernels gains.
type FamilyGain = {
    Family: KernelFamily
    /// Learned less base: on the rows of all folds that were kept aside, and on the validation rows; none where something was refused.
    Folds: Difference option
    Validation: Difference option
    /// Accuracies on the validation rows.
    Base: float option
    Learned: float option
    FoldRows: int
    /// Mean squared error on the rows of folds kept aside, base and learned.
    FoldErrors: (float * float) option
    Refusal: string option
}

type LearnedEvidence = {
    By: LearnBy
    Trials: LearnedTrial[]
    Gains: FamilyGain[]
    /// Rows that were learned on for the validation rows, and those.
    Rows: int
    FittedRows: int
    ValidationRows: int
}

/// Stage and claims: learned kernels against the base kernel, row by row.
[<RequireQualifiedAccess>]
module LearnedVerdicts =

    /// Hits of both on the rows of some trials, one after another; none where one of them has no outputs.
    let private hits (trials: LearnedTrial[]) =
        let both (trial: LearnedTrial) =
            match trial.Base, trial.Learned with
            | Some first, Some second ->
                Some(Bootstrap.hits trial.Labels first.Outputs, Bootstrap.hits trial.Labels second.Outputs)
            | _ -> None

        let found = trials |> Array.choose both

        if found.Length = 0 || found.Length < trials.Length then
            None
        else
            Some(found |> Array.collect fst, found |> Array.collect snd)

    /// Mean squared errors of both on the rows of some trials.
    let private errors (trials: LearnedTrial[]) =
        let squares pick =
            trials
            |> Array.collect (fun trial ->
                match pick trial with
                | Some(score: FamilyScore) ->
                    Array.map2 (fun f y -> (f - y) * (f - y)) score.Outputs trial.Labels
                | None -> [||])

        if
            trials.Length > 0
            && trials |> Array.forall (fun trial -> trial.Base.IsSome && trial.Learned.IsSome)
        then
            Some(Array.average (squares _.Base), Array.average (squares _.Learned))
        else
            None

    let private gain (settings: CompareSettings) seed (family, trials: LearnedTrial[]) : FamilyGain =
        let folds, validation = trials |> Array.partition _.Fold.IsSome
        let seeded part = Seed.derive $"%s{KernelFamily.print family}/%s{part}" seed

        let difference part found =
            found
            |> Option.map (fun (first, second) ->
                Bootstrap.paired settings.Resamples (seeded part) [| second |] first)

        let last = hits validation

        {
            Family = family
            Folds = hits folds |> difference "folds"
            Validation = last |> difference "validation"
            Base = last |> Option.map (fst >> Array.average)
            Learned = last |> Option.map (snd >> Array.average)
            FoldRows = folds |> Array.sumBy _.Labels.Length
            FoldErrors = errors folds
            Refusal = trials |> Array.tryPick _.Refusal
        }

    let private run
        settings
        by
        seed
        (split: Split, trials: LearnedTrial list)
        : Result<LearnedEvidence, PipelineError> =
        let trials = Array.ofList trials

        Ok {
            By = by
            Trials = trials
            Gains = trials |> Array.groupBy _.Family |> Array.map (gain settings seed)
            Rows = trials |> Array.tryFind _.Fold.IsNone |> Option.map _.Rows |> Option.defaultValue 0
            FittedRows = split.Train.Length
            ValidationRows = split.Validation.Length
        }

    let stage (settings: CompareSettings) (by: LearnBy) : Stage<Split * LearnedTrial list, LearnedEvidence> = {
        Name = "judge-learned-kernels"
        // 3: bands of few rows that differ are exact.
        Version = 3
        Settings = Fingerprint.describe (settings, by)
        Codec = Codec.json "learned-kernels/2"
        Body = Seeded(run settings by)
    }

    /// "the marginal likelihood".
    let criterion (by: LearnBy) : string =
        match by with
        | LearnBy.Likelihood -> "the marginal likelihood"
        | LearnBy.LeaveOneOut -> "the exact leave-one-out error"

    let private claim: Claim<LearnedEvidence> =
        let name = "A kernel learned by gradient classifies better than the base kernel"

        let judge (evidence: LearnedEvidence) (gain: FamilyGain) =
            let holds, words =
                match gain.Validation, gain.Base, gain.Learned with
                | Some difference, Some first, Some second ->
                    let folds =
                        match gain.Folds with
                        | Some folds ->
                            $"On %d{gain.FoldRows} fitted rows, kept aside fold by fold, the difference is %s{VerdictWords.points folds}."
                        | None -> ""

                    let many =
                        if evidence.Gains.Length > 1 then
                            $"""It is one of %s{VerdictWords.count "kernel" evidence.Gains.Length} that were learned, each with a band of its own."""
                        else
                            ""

                    Difference.isPositive difference,
                    VerdictWords.join [
                        $"On %s{VerdictWords.tweets evidence.ValidationRows} the learned kernel classifies %s{VerdictWords.percent second} rightly, the base kernel %s{VerdictWords.percent first}: %s{VerdictWords.points difference}."
                        folds
                        many
                    ]
                | _ ->
                    let why = gain.Refusal |> Option.defaultValue "there are no rows to judge it by"
                    None, $"There is no learned kernel to judge: %s{why}."

            {
                Claim = name
                Setting =
                    $"%s{KernelFamily.words gain.Family}, by %s{criterion evidence.By}, on %d{evidence.Rows} of %d{evidence.FittedRows} fitted rows; both kernels fitted on these, each with its best ridge by leave-one-out"
                Holds = holds
                Evidence = words
            }

        {
            Name = name
            Judge = fun evidence -> evidence.Gains |> Array.map (judge evidence)
        }

    let claims: Claim<LearnedEvidence> list = [ claim ]

    /// The family whose squared error on the folds kept aside is least, which is how one is chosen before the validation rows are looked at;
    /// of equals, the first.
    let best (evidence: LearnedEvidence) : (FamilyGain * Difference) option =
        evidence.Gains
        |> Array.choose (fun gain ->
            match gain.FoldErrors, gain.Validation with
            | Some(_, error), Some validation -> Some(error, gain, validation)
            | _ -> None)
        |> Array.sortBy (fun (error, _, _) -> error)
        |> Array.tryHead
        |> Option.map (fun (_, gain, validation) -> gain, validation)

    let answer (evidence: LearnedEvidence) : string list =
        match best evidence with
        | None -> []
        | Some(gain, validation) ->
            let verdict =
                match Difference.isPositive validation with
                | Some true -> "pays"
                | Some false -> "harms"
                | None -> "shows no gain"

            [
                $"Learning the kernel itself by gradient (%s{KernelFamily.words gain.Family}, on %d{evidence.Rows} rows) %s{verdict}: %s{VerdictWords.points validation} against the base kernel."
            ]
