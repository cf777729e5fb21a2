namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// A training time and what it is worth.
type TimePoint = {
    /// In units of N/Λ_max.
    Units: float
    Path: StoppingScore
    /// The mean squared error and the accuracy of rows left out, and whether they are estimates.
    LooError: float option
    LooAccuracy: float option
    IsLooEstimate: bool
    /// The same of rows in folds, where folds were asked for.
    CvError: float option
    CvAccuracy: float option
}

/// Choosing the training time on the training rows alone.
[<RequireQualifiedAccess>]
module TimeSelection =

    /// Leaving out each of so many rows is as many eigendecompositions of nearly their size; of more rows it is estimated.
    let mostExactRows = 200

    /// What is minimised; none where a time has no such score.
    let private score (choice: RidgeChoice) (point: TimePoint) : float option =
        RidgeChoice.minimised choice {
            CvError = point.CvError
            CvAccuracy = point.CvAccuracy
            LooError = point.LooError
            LooAccuracy = point.LooAccuracy
            Gcv = point.Path.Gcv
            LogLikelihood = None
        }

    /// Whether training times can be ranked by a score at all: early stopping is no Gaussian process, and has no likelihood.
    let isPossible (choice: RidgeChoice) : bool = choice <> RidgeChoice.Likelihood

    /// Which rows a score leaves out together.
    type private Leaving =
        | Folds
        | Each
        /// None: the score is computed or estimated without.
        | Nobody

    let private leaving choice rows =
        match choice with
        | RidgeChoice.CrossValidation
        | RidgeChoice.CrossValidationAccuracy -> Folds
        | RidgeChoice.LeaveOneOut
        | RidgeChoice.LeaveOneOutAccuracy -> if rows <= mostExactRows then Each else Nobody
        | RidgeChoice.Gcv
        | RidgeChoice.Likelihood -> Nobody

    /// How many eigendecompositions a score takes besides the one of all rows, and how many rows each has, about.
    let decompositions (choice: RidgeChoice) (rows: int) (folds: int) : int * int =
        match leaving choice rows with
        | Folds -> folds, rows - rows / folds
        | Each -> rows, rows - 1
        | Nobody -> 0, 0

    let private point
        leaving
        (targets: float[])
        (held: float[] option)
        units
        (path: StoppingScore)
        : TimePoint =
        let error = held |> Option.map (Array.map2 (-) targets >> StoppingPath.meanSquare)
        let accuracy = held |> Option.map (StoppingPath.accuracy targets)
        let isExact, isFolded = (leaving = Each), (leaving = Folds)

        {
            Units = units
            Path = path
            LooError = if isExact then error else path.LooError
            LooAccuracy = if isExact then accuracy else path.LooAccuracy
            IsLooEstimate = not isExact
            CvError = if isFolded then error else None
            CvAccuracy = if isFolded then accuracy else None
        }

    /// The best score and its time; times are given in units of N/Λ_max; of equals, the shortest. By folds, and by rows left out of few, each is judged on
    /// rows really held out. `name` says in refusals which kernel it was.
    let select
        (name: string)
        (choice: RidgeChoice)
        (kernel: KernelMatrix)
        (spectrum: Spectrum)
        (targets: float[])
        (folds: int[])
        (units: float[])
        : Result<float * TimePoint, PipelineError> =
        let times =
            units
            |> Array.map (fun units ->
                units * float targets.Length / (Spectrum.values spectrum)[0] * 1.0<flow>)

        let sayWhich (error: PipelineError) =
            NumbersRefused $"%s{name}, trained for up to %g{Array.max units} × N/Λ_max: %s{error.Sentence}"

        result {
            let leaving = leaving choice targets.Length
            let! paths = StoppingPath.along spectrum targets times |> Result.mapError sayWhich

            let without folds =
                StoppingFolds.heldOut name kernel targets times folds
                |> Result.map Some
                |> Result.mapError sayWhich

            let! held =
                match leaving with
                | Folds -> without folds
                | Each -> without [| 0 .. targets.Length - 1 |]
                | Nobody -> Ok None

            let points =
                Array.mapi2
                    (fun k -> point leaving targets (held |> Option.map (RidgePath.column k)))
                    units
                    paths

            let! scored =
                points
                |> List.ofArray
                |> List.traverseResultM (fun point ->
                    match score choice point with
                    | Some score -> Ok(score, point)
                    | None ->
                        Error(
                            NumbersRefused
                                $"%s{name}: after a training time of %g{point.Units} × N/Λ_max nothing is left to learn, so %s{RidgeChoice.print choice} cannot judge it; take shorter times, or cv"
                        ))

            return scored |> List.minBy (fun (score, point) -> score, point.Units)
        }
