namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// Joint choice of depth, σ_w, σ_b, activation, kernel, ridge and training time: networks compete as they are written, each with one
/// eigendecomposition. The best of many scores is an optimistic score, so some rows are held out of everything and judge the
/// winner, once.
[<RequireQualifiedAccess>]
module ModelSelection =

    /// Rows with the same entries get the same number, so that none has its copy on the other side of a split.
    let private groups (x: Matrix<float>) =
        let seen = Collections.Generic.Dictionary<string, int>()

        Array.init x.Rows (fun i ->
            let key =
                (Matrix.row i x).ToArray()
                |> Array.map (BitConverter.DoubleToInt64Bits >> string)
                |> String.concat ","

            match seen.TryGetValue key with
            | true, group -> group
            | false, _ ->
                seen[key] <- i
                i)

    let private gram settings kind network (x: Matrix<float>) (z: Matrix<float> option) =
        if settings.IsSingle then
            let narrow = Matrix.map float32
            KernelKind.gram32 kind network (narrow x) (Option.map narrow z) |> Result.map KernelMatrix.Single
        else
            KernelKind.gram64 kind network x z |> Result.map KernelMatrix.Double

    let private byRidge settings network kind (fit: RidgeFit) : Result<Candidate, PipelineError> =
        let point = fit.Chosen

        RidgeScores.score settings.Ridges.ChooseBy point
        |> Result.map (fun score -> {
            Network = network
            Kind = kind
            Regularisation = Regularisation.Ridge point.RelativeRidge
            Score = score
            EffectiveDimension = point.EffectiveDimension
            TrainAccuracy = point.TrainAccuracy
            LooError = Some point.LooError
            LooAccuracy = point.LooAccuracy
            IsLooEstimate = false
            Gcv = Some point.Gcv
            LogLikelihood = point.LogLikelihood
            CvError = point.CvError
            CvAccuracy = point.CvAccuracy
            Coefficients = fit.Coefficients.Values
        })

    let private byTime network kind (score: float, point: TimePoint) : Candidate = {
        Network = network
        Kind = kind
        Regularisation = Regularisation.Time point.Units
        Score = score
        EffectiveDimension = point.Path.EffectiveDimension
        TrainAccuracy = Some point.Path.TrainAccuracy
        LooError = point.LooError
        LooAccuracy = point.LooAccuracy
        IsLooEstimate = point.IsLooEstimate
        Gcv = point.Path.Gcv
        LogLikelihood = None
        CvError = point.CvError
        CvAccuracy = point.CvAccuracy
        Coefficients = point.Path.Coefficients
    }

    let private candidates
        (settings: SelectionSettings)
        (rule: ClassRule)
        x
        (targets: float[])
        folds
        (network, kind)
        =
        result {
            let name = $"the %s{KernelKind.print kind} kernel of %s{NetworkText.print network}"
            let! kernel = gram settings kind network x None
            let! spectrum = Spectrum.decompose name kernel

            let! ridge =
                Matrix.create targets.Length 1 targets
                |> RidgeSpectral.fit
                    name
                    (RidgeSource.Selected settings.Ridges)
                    (Some folds)
                    kernel
                    spectrum
                    rule

            let! byRidge = byRidge settings network kind ridge

            let! time =
                if settings.Times.Length = 0 then
                    Ok None
                else
                    settings.Times
                    |> TimeSelection.select name settings.Ridges.ChooseBy kernel spectrum targets folds
                    |> Result.map Some

            return [
                byRidge
                yield! time |> Option.map (byTime network kind >> Candidate.known rule) |> Option.toList
            ]
        }

    /// What every part has its share of: the rows of the greater class, or of numbers the positive ones.
    let private positive rule (targets: float[]) =
        Matrix.create targets.Length 1 targets |> ClassRule.isPositive rule

    /// The rows that are fitted, and those that are held out.
    let split (settings: SelectionSettings) (problem: SelectionProblem) : int[] * int[] =
        StratifiedSplit.holdOut
            settings.HoldOut
            (Seed.derive "hold-out" settings.Seed)
            (positive (SelectionProblem.classes problem) problem.Targets)
            (groups problem.X)

    /// Folds of the fitted rows.
    let private folds settings rule x (targets: float[]) =
        let groups = groups x
        let number = (Array.distinct groups).Length

        if number < settings.Folds then
            Error(
                NumbersRefused
                    $"select: %d{settings.Folds} folds cannot be made of %d{number} different rows of inputs; give more rows, hold none of them out, or ask for fewer folds"
            )
        else
            let positive = positive rule targets
            Ok(StratifiedSplit.folds settings.Folds (Seed.derive "folds" settings.Seed) positive groups)

    let private judge
        settings
        (problem: SelectionProblem)
        (x: Matrix<float>)
        (held: int[])
        (winner: Candidate)
        =
        if held.Length = 0 then
            Ok None
        else
            gram settings winner.Kind winner.Network (Matrix.gatherRows held problem.X) (Some x)
            |> Result.map (fun cross ->
                let outputs =
                    Array.init held.Length (fun i ->
                        Seq.sum (
                            seq {
                                for j in 0 .. x.Rows - 1 ->
                                    KernelMatrix.entry i j cross * winner.Coefficients[j]
                            }
                        ))

                let expected = held |> Array.map (fun row -> problem.Targets[row])
                let column values = Matrix.create held.Length 1 values
                let residuals = Array.map2 (-) expected outputs
                let rule = SelectionProblem.classes problem
                let accuracy = ClassRule.accuracy rule (column expected) (column residuals)

                Some {
                    Rows = held.Length
                    Error = Array.map2 (fun f y -> (f - y) ** 2.0) outputs expected |> Array.average
                    Accuracy = accuracy
                    IsOneClass = accuracy.IsSome && (positive rule expected |> Array.distinct).Length = 1
                })

    /// Ranks every network with every kernel. `tell` hears before each which it is, and how many there are.
    let run
        (settings: SelectionSettings)
        (tell: int -> int -> Network -> KernelKind -> unit)
        (problem: SelectionProblem)
        : Result<Selection, PipelineError> =
        result {
            do! SelectionProblem.check settings problem
            let fitted, held = split settings problem
            let x = Matrix.gatherRows fitted problem.X
            let targets = fitted |> Array.map (fun row -> problem.Targets[row])

            let rule = SelectionProblem.classes problem
            let! folds = folds settings rule x targets

            let competitors = List.allPairs problem.Networks problem.Kinds

            let! found =
                competitors
                |> List.indexed
                |> List.traverseResultM (fun (k, (network, kind)) ->
                    tell k competitors.Length network kind
                    candidates settings rule x targets folds (network, kind))

            let ranked = found |> List.concat |> List.sortBy _.Score |> Array.ofList
            let! heldOut = judge settings problem x held ranked[0]
            return { Candidates = ranked; Rows = fitted.Length; HeldOut = heldOut }
        }
