namespace NtkPipeline.Core

/// Whether kernels, targets and starting outputs that came from different files fit together.
[<RequireQualifiedAccess>]
module FitShapes =

    let private refuse sentence = Error(DataRefused sentence)

    /// Targets and `f0` are N × outputs for the N × N kernel called `name`; `asked` names other rows, T: Θ(other, training), T × N,
    /// finite, and f₀ there, T × outputs.
    let check
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
