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

    /// None for scores that a training time does not have.
    let private scoreOfTime choice (point: StoppingScore) =
        match choice with
        | RidgeChoice.Gcv -> Some point.Gcv
        | RidgeChoice.LeaveOneOut -> Some point.LooError
        | RidgeChoice.LeaveOneOutAccuracy -> Some -point.LooAccuracy
        | RidgeChoice.Likelihood
        | RidgeChoice.CrossValidation
        | RidgeChoice.CrossValidationAccuracy -> None

    /// Whether training times can be ranked by a score at all.
    let ranksTimes (choice: RidgeChoice) : bool =
        match choice with
        | RidgeChoice.Gcv
        | RidgeChoice.LeaveOneOut
        | RidgeChoice.LeaveOneOutAccuracy -> true
        | RidgeChoice.Likelihood
        | RidgeChoice.CrossValidation
        | RidgeChoice.CrossValidationAccuracy -> false

    let private byRidge settings network kind (selection: RidgeSelection) : Candidate =
        let point = selection.Points[selection.Chosen]

        {
            Network = network
            Kind = kind
            Regularisation = Regularisation.Ridge point.RelativeRidge
            Score = RidgeChoice.score settings.Ridges.ChooseBy point
            EffectiveDimension = point.EffectiveDimension
            TrainAccuracy = point.TrainAccuracy
            LooError = point.LooError
            LooAccuracy = point.LooAccuracy
            Gcv = point.Gcv
            LogLikelihood = Some point.LogLikelihood
            CvError = Some point.CvError
            CvAccuracy = Some point.CvAccuracy
            Coefficients = RidgePath.column selection.Chosen selection.Path.Coefficients
        }

    let private byTime settings network kind (spectrum: Spectrum) (targets: float[]) =
        let unit = float targets.Length / (Spectrum.values spectrum)[0]

        settings.Times
        |> Array.map (fun units -> units * unit * 1.0<flow>)
        |> StoppingPath.along spectrum targets
        |> Result.map (fun points ->
            Array.zip settings.Times points
            |> Array.choose (fun (units, point) ->
                scoreOfTime settings.Ridges.ChooseBy point |> Option.map (fun score -> score, units, point))
            |> Array.sortBy (fun (score, units, _) -> score, units)
            |> Array.tryHead
            |> Option.map (fun (score, units, point) -> {
                Network = network
                Kind = kind
                Regularisation = Regularisation.Time units
                Score = score
                EffectiveDimension = point.EffectiveDimension
                TrainAccuracy = point.TrainAccuracy
                LooError = point.LooError
                LooAccuracy = point.LooAccuracy
                Gcv = point.Gcv
                LogLikelihood = None
                CvError = None
                CvAccuracy = None
                Coefficients = point.Coefficients
            }))

    let private candidates settings x targets folds (network, kind) =
        result {
            let name = $"the %s{KernelKind.print kind} kernel of %s{NetworkText.print network}"
            let! kernel = gram settings kind network x None
            let! spectrum = Spectrum.decompose name kernel
            let! selection = RidgeSelection.select name settings.Ridges kernel spectrum targets folds
            let! time = byTime settings network kind spectrum targets
            return byRidge settings network kind selection :: Option.toList time
        }

    /// The rows that are fitted, and those that are held out.
    let split (settings: SelectionSettings) (problem: SelectionProblem) : int[] * int[] =
        StratifiedSplit.holdOut
            settings.HoldOut
            (Seed.derive "hold-out" settings.Seed)
            (problem.Targets |> Array.map (fun y -> y > 0.0))
            (groups problem.X)

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

                Some {
                    Rows = held.Length
                    Error = Array.map2 (fun f y -> (f - y) ** 2.0) outputs expected |> Array.average
                    Accuracy = Metrics.accuracy expected outputs
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

            let folds =
                StratifiedSplit.folds
                    settings.Folds
                    (Seed.derive "folds" settings.Seed)
                    (targets |> Array.map (fun y -> y > 0.0))
                    (groups x)

            let competitors = List.allPairs problem.Networks problem.Kinds

            let! found =
                competitors
                |> List.indexed
                |> List.traverseResultM (fun (k, (network, kind)) ->
                    tell k competitors.Length network kind
                    candidates settings x targets folds (network, kind))

            let ranked = found |> List.concat |> List.sortBy _.Score |> Array.ofList
            let! heldOut = judge settings problem x held ranked[0]
            return { Candidates = ranked; Rows = fitted.Length; HeldOut = heldOut }
        }
