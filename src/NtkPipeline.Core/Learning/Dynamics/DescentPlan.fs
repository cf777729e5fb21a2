namespace NtkPipeline.Core

open System
open System.Globalization
open FsToolkit.ErrorHandling

/// How a kernel is trained on a loss whose mean goes over rows and outputs.
type DescentPlan = {
    /// η, as it is; never a multiple.
    Rate: float
    /// Steps of full-batch descent; else gradient flow.
    IsStepwise: bool
    /// Heavy-ball momentum of steps, 0 … 1.
    Momentum: float
    /// Steps, or times that η multiplies; infinity is allowed.
    Times: float[]
    /// Added to the training kernel's diagonal.
    Ridge: float
}

/// What every training of a kernel begins and ends with, whatever its loss.
[<RequireQualifiedAccess>]
module DescentPlan =

    let private parseTime (isStepwise: bool) (text: string) =
        match text.Trim() with
        | "inf"
        | "infinity" -> Ok infinity
        | text ->
            match
                FloatRange.refusal text,
                Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture)
            with
            | Some reason, _ -> Error $"'%s{PlainLine.ofWords text}': %s{reason}"
            | None, (true, time) when isStepwise && time >= 0.0 && time < 9e15 && time = Math.Floor time ->
                Ok time
            | None, (true, time) when not isStepwise && time >= 0.0 && Double.IsFinite time -> Ok time
            | _ when isStepwise ->
                Error $"'%s{PlainLine.ofWords text}' is not a number of steps; write 0, 10, 1000 or inf"
            | _ -> Error $"'%s{PlainLine.ofWords text}' is not a time; write 0, 0.5, 100 or inf"

    /// "0,1,10,inf": times, or numbers of steps.
    let parseTimes (isStepwise: bool) (text: string) : Result<float[], string> =
        text.Split ','
        |> List.ofArray
        |> List.traverseResultM (parseTime isStepwise)
        |> Result.map Array.ofList

    let private refuse sentence = Error(DataRefused sentence)

    /// Whether kernels, targets and starting outputs that came from different files fit together.
    /// Targets and `f0` are N × outputs for the N × N kernel called `name`; `asked` names other rows, T: Θ(other, training), T × N,
    /// finite, and f₀ there, T × outputs.
    let private checkShapes
        (name: string)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        (f0: Matrix<float>)
        (asked: (string * KernelMatrix * Matrix<float>) option)
        : Result<unit, PipelineError> =
        let n, outputs = KernelMatrix.rows kernel, targets.Columns

        if targets.Rows <> n || outputs = 0 then
            refuse $"%s{name}: it has %d{n} rows, and there are %d{targets.Rows} rows of targets"
        elif f0.Rows <> n || f0.Columns <> outputs then
            refuse
                $"f₀ on the training rows is %d{f0.Rows} × %d{f0.Columns}, and the targets are %d{n} × %d{outputs}"
        else
            match Matrix.firstNonFinite f0, asked with
            | Some(i, k), _ ->
                refuse
                    $"f₀ on the training rows: its entry (%d{i}, %d{k}) is %g{f0[i, k]}, not a finite number"
            | None, None -> Ok()
            | None, Some(name, cross, _) when KernelMatrix.columns cross <> n ->
                refuse
                    $"%s{name}: it has %d{KernelMatrix.columns cross} columns, and there are %d{n} training rows"
            | None, Some(name, cross, f0) when f0.Rows <> KernelMatrix.rows cross || f0.Columns <> outputs ->
                refuse
                    $"f₀ on the rows of %s{name} is %d{f0.Rows} × %d{f0.Columns}, and %d{KernelMatrix.rows cross} × %d{outputs} is wanted"
            | None, Some(name, cross, f0) ->
                match Matrix.firstNonFinite f0 with
                | Some(i, k) ->
                    refuse
                        $"f₀ on the rows of %s{name}: its entry (%d{i}, %d{k}) is %g{f0[i, k]}, not a finite number"
                | None -> KernelMatrix.checkFinite name cross

    /// The spectrum of Θ with the plan's ridge, once kernel, targets and starting outputs are known to fit together.
    let decompose
        (name: string)
        (plan: DescentPlan)
        (kernel: KernelMatrix)
        (targets: Matrix<float>)
        (f0: Matrix<float>)
        (asked: (string * KernelMatrix * Matrix<float>) option)
        : Result<Spectrum, PipelineError> =
        result {
            do! checkShapes name kernel targets f0 asked
            do! RegressionTargets.checkFinite targets
            let! spectrum = Spectrum.decompose name kernel
            return Spectrum.shift plan.Ridge spectrum
        }

    /// f of a trained network at the rows asked, else on the training rows.
    let outputs (asked: (string * KernelMatrix * Matrix<float>) option) (trained: Trained) : Matrix<float> =
        match asked with
        | Some(_, cross, f0) -> ClosedForm.predict cross f0 trained
        | None -> trained.Fitted

    /// The states at the plan's finite times, by time: `advance from to state` takes one from each time to the next.
    let walk
        (advance: float -> float -> 'state -> Result<'state, PipelineError>)
        (start: 'state)
        (plan: DescentPlan)
        : Result<Map<float, 'state>, PipelineError> =
        let rec go at state reached times =
            match times with
            | [] -> Ok reached
            | time :: later ->
                advance at time state
                |> Result.bind (fun next -> go time next (Map.add time next reached) later)

        plan.Times
        |> List.ofArray
        |> List.filter Double.IsFinite
        |> List.distinct
        |> List.sort
        |> go 0.0 start Map.empty
