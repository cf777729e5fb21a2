namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Kernel regression fitted on some of the rows that the run fits.
type LearningPoint = {
    Rows: int
    /// Which of the draws, from 0; all rows are one draw.
    Draw: int
    /// λ / mean(diag K), of the least leave-one-out error among these rows.
    RelativeRidge: float
    /// Of the validation rows, which are the same for every draw: `TaskScores.all`.
    Validation: Measure[]
}

/// How good kernel regression is against the number of rows that it was fitted on.
type LearningCurve = {
    /// By number of rows, then by draw.
    Points: LearningPoint[]
    /// Why a draw has no point, in sentences.
    Refusals: string[]
}

/// What it is drawn from.
type LearningRows = {
    Task: LearningTask
    /// What two classes are learnt as.
    Coding: TargetCoding
    Settings: RidgeSettings
    /// Labelled × labelled rows, and the spectrum of those that the run fits.
    Gram: Matrix<float32>
    Spectrum: Spectrum
    Train: int[]
    Validation: int[]
    /// A number for each labelled row, as it is learnt and as it is judged: classes from 0, or numbers.
    Values: float[]
    Labels: float[]
}

/// Learning curves of kernel regression.
[<RequireQualifiedAccess>]
module LearningCurve =

    /// Draws of each number of rows.
    let draws = 5

    /// Below this many rows nothing is fitted.
    let private fewest = 8

    /// A sixteenth of all rows, an eighth, …, all: those that are not too few, ascending.
    let sizes (rows: int) : int[] =
        [| 16; 8; 4; 2; 1 |]
        |> Array.map (fun part -> rows / part)
        |> Array.filter (fun count -> count >= min rows fewest)
        |> Array.distinct

    /// So many of the rows, ascending: the first of an order that the seed gives, so that each number of rows holds the smaller ones.
    let draw (count: int) (seed: Seed) (rows: int[]) : int[] =
        let order = Array.copy rows
        (Seed.random seed).Shuffle order
        order |> Array.take count |> Array.sort

    /// Targets as they are learnt, how they name classes, and what outputs are in the labels' own unit.
    let private coded (input: LearningRows) (values: float[]) =
        match input.Task with
        | LearningTask.Binary _ ->
            let targets = values |> Array.map (fun y -> 2.0 * y - 1.0) |> TargetCoding.encode input.Coding

            let decode (outputs: Matrix<float>) =
                TargetCoding.decide input.Coding outputs.Values |> Matrix.create outputs.Rows 1

            Matrix.create targets.Length 1 targets, ClassRule.Cut(ClassRule.cut targets), decode
        | LearningTask.Classes _
        | LearningTask.Regression ->
            let targets = TaskTargets.ofFitted input.Task values
            TaskTargets.encode targets values, TaskTargets.rule input.Task, TaskTargets.decode targets

    let private byLeaveOneOut settings = { settings with ChooseBy = RidgeChoice.LeaveOneOut }

    /// Fitted on these rows, with their kernel's spectrum where it is there already; `number` says which of the draws it is.
    let fit
        (input: LearningRows)
        (number: int)
        (rows: int[])
        (spectrum: Spectrum option)
        : Result<LearningPoint, PipelineError> =
        result {
            let name = $"the kernel of %d{rows.Length} training rows"
            let kernel = KernelMatrix.Single(Matrix.gather rows rows input.Gram)
            let targets, rule, decode = rows |> Array.map (fun row -> input.Values[row]) |> coded input

            let! spectrum =
                match spectrum with
                | Some spectrum -> Ok spectrum
                | None -> Spectrum.decompose name kernel

            let source = RidgeSource.Selected(byLeaveOneOut input.Settings)
            let! fit = RidgeSpectral.fit name source None kernel spectrum rule targets

            let! outputs =
                RidgeFit.predict
                    "the kernel of the validation rows"
                    (KernelMatrix.Single(Matrix.gather input.Validation rows input.Gram))
                    fit

            let labels = input.Validation |> Array.map (fun row -> input.Labels[row])

            return {
                Rows = rows.Length
                Draw = number
                RelativeRidge = fit.Chosen.RelativeRidge
                Validation = TaskScores.all input.Task labels (decode outputs)
            }
        }

    /// All rows once, and every smaller number of them in each of the draws. All draws together cost no more than the eigenvalues
    /// of all rows do. A draw whose numbers refuse has its sentence in place of a point.
    let run (seed: Seed) (input: LearningRows) : LearningCurve =
        let fitted = [|
            for count in sizes input.Train.Length do
                if count = input.Train.Length then
                    fit input 0 input.Train (Some input.Spectrum)
                else
                    for number in 0 .. draws - 1 do
                        let rows = draw count (Seed.derive $"draw=%d{number}" seed) input.Train
                        fit input number rows None
        |]

        {
            Points = fitted |> Array.choose Result.toOption
            Refusals =
                fitted
                |> Array.choose (function
                    | Ok _ -> None
                    | Error reason -> Some reason.Sentence)
        }
