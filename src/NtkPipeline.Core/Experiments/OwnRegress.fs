namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// A model and its tangent kernel at its weights as they come, in the task's outputs; a row for every output of every row, those of a row
/// side by side.
type OwnTangent = {
    /// f at fitted and at validation rows, rows × outputs.
    Start: Matrix<float>
    StartHeld: Matrix<float>
    /// Fitted with fitted, and validation with fitted rows.
    Gram: Matrix<float>
    Cross: Matrix<float>
}

/// How regression with a kernel was fitted. Errors are in units of the targets as they are coded.
type OwnFit = {
    Ridge: float
    RelativeRidge: float
    CvError: float option
    /// The kernel's largest eigenvalue, and its side.
    Largest: float
    Side: int
}

/// Regression with the tangent kernel, from the model's own outputs on: f₀ + Θ̂₀(x, X)(Θ̂₀ + λ)⁻¹(y − f₀(X)). Outputs at the validation
/// rows, as targets are coded.
type OwnRegression = { Held: Matrix<float>; Fit: OwnFit }

/// Stages of kernel regression for a model of one's own: its tangent kernel, regression with that, and with the run's analytic kernel on the
/// same rows.
[<RequireQualifiedAccess>]
module OwnRegress =

    type Asked = (byte[] * OwnFacts) * OwnRows

    let private tangent (setup: OwnSetup) (model, rows: OwnRows) =
        result {
            use _ = torch.NewDisposeScope()
            let! f = OwnLook.opened setup model rows

            let values (m: Matrix<float32>) =
                (Tensors.ofMatrix32 m).``to`` f.Model.Type
                |> OwnFunction.values f
                |> Matrix.create m.Rows f.OutputCount

            let start, held = values rows.Kept, values rows.Held

            match Matrix.firstNonFinite start with
            | Some(row, _) ->
                return!
                    Error(
                        NumbersRefused
                            $"%s{setup.File}: its output for fitted row %d{row} (from 0) is %g{start[row, 0]}, not a finite number"
                    )
            | None ->
                let! gram = OwnGram.full f rows.Kept None
                let! cross = OwnGram.full f rows.Held (Some rows.Kept)

                return { Start = start; StartHeld = held; Gram = gram; Cross = cross }
        }

    let private codec: Codec<OwnTangent> =
        Codec.pair
            ("outputs", Codec.pair ("fitted", Codec.matrix64) ("validation", Codec.matrix64))
            ("kernel", Codec.pair ("fitted", Codec.matrix64) ("validation", Codec.matrix64))
        |> Codec.map
            "own-tangent/1"
            (fun t -> (t.Start, t.StartHeld), (t.Gram, t.Cross))
            (fun ((start, held), (gram, cross)) ->
                if start.Values.Length = gram.Rows && held.Values.Length = cross.Rows then
                    Ok { Start = start; StartHeld = held; Gram = gram; Cross = cross }
                else
                    Error "its kernels are not of its rows")

    let tangentStage (setup: OwnSetup) : Stage<Asked, OwnTangent> = {
        Name = "own-model/tangent"
        Version = 1
        Settings = Fingerprint.describe setup.Task
        Codec = codec
        Body = Pure(tangent setup)
    }

    /// Both kernels' ridges are chosen alike.
    let private ridge (setup: OwnSetup) = { setup.Ridge with ChooseBy = RidgeChoice.CrossValidation }

    /// A kernel in the precision that it was computed in.
    let private kernel (facts: OwnFacts) (m: Matrix<float>) =
        if facts.Type = "float32" then
            KernelMatrix.Single(Matrix.map float32 m)
        else
            KernelMatrix.Double m

    let private regress (setup: OwnSetup) ((facts: OwnFacts, rows: OwnRows), tangent: OwnTangent) =
        result {
            let name = $"%s{setup.File}: its tangent kernel of the fitted rows"
            let gram = kernel facts tangent.Gram
            let outputs = tangent.Start.Columns
            let targets = TaskTargets.encode (OwnRows.targets setup.Task rows) rows.Values
            let gap = Array.map2 (-) targets.Values tangent.Start.Values |> Matrix.create tangent.Gram.Rows 1
            let folds = rows.Folds |> Array.collect (Array.replicate outputs)
            let! spectrum = Spectrum.decompose name gram

            let! fit =
                RidgeSpectral.fit
                    name
                    (RidgeSource.Selected(ridge setup))
                    (Some folds)
                    gram
                    spectrum
                    ClassRule.Numbers
                    gap

            let! change =
                RidgeFit.predict
                    $"%s{setup.File}: its tangent kernel of the validation rows"
                    (kernel facts tangent.Cross)
                    fit

            return {
                Held =
                    Array.map2 (+) tangent.StartHeld.Values change.Values
                    |> Matrix.create tangent.StartHeld.Rows outputs
                Fit = {
                    Ridge = fit.Chosen.Ridge
                    RelativeRidge = fit.Chosen.RelativeRidge
                    CvError = fit.Chosen.CvError
                    Largest = spectrum.Computed[0]
                    Side = gap.Rows
                }
            }
        }

    let private regressionCodec (name: string) : Codec<OwnRegression> =
        Codec.pair ("outputs", Codec.matrix64) ("fit", Codec.json<OwnFit> "own-fit/1")
        |> Codec.map name (fun r -> r.Held, r.Fit) (fun (held, fit) -> Ok { Held = held; Fit = fit })

    let stage (setup: OwnSetup) : Stage<(OwnFacts * OwnRows) * OwnTangent, OwnRegression> = {
        Name = "own-model/regression"
        Version = 1
        Settings = Fingerprint.describe (ridge setup, setup.Task)
        Codec = regressionCodec "own-regression/1"
        Body = Pure(regress setup)
    }

    /// Outputs of the regression are decoded for numbers; here they stand as targets are.
    let private coded (targets: TaskTargets) (m: Matrix<float>) =
        m |> Matrix.map (fun f -> (f - targets.Mean) / targets.Deviation)

    let private analytic (setup: OwnSetup) (rows: OwnRows, (split: Split, gram: Matrix<float32>)) =
        result {
            let name = "the analytic kernel of the fitted rows"
            let train = KernelMatrix.Single(Matrix.gather split.Train split.Train gram)
            let! spectrum = Spectrum.decompose name train

            let! fitted =
                TaskRegression.fit (ridge setup) {
                    Task = setup.Task
                    Train = train
                    Spectrum = spectrum
                    Values = rows.Values
                    Folds = rows.Folds
                    Validation = KernelMatrix.Single(Matrix.gather split.Validation split.Train gram)
                    ValidationValues = rows.Labels
                }

            return {
                Held = coded (OwnRows.targets setup.Task rows) fitted.Validation
                Fit = {
                    Ridge = fitted.Fit.Chosen.Ridge
                    RelativeRidge = fitted.Fit.Chosen.RelativeRidge
                    CvError = fitted.Fit.Chosen.CvError
                    Largest = spectrum.Computed[0]
                    Side = split.Train.Length
                }
            }
        }

    let analyticStage (setup: OwnSetup) : Stage<OwnRows * (Split * Matrix<float32>), OwnRegression> = {
        Name = "own-model/analytic"
        Version = 1
        Settings = Fingerprint.describe (ridge setup, setup.Task)
        Codec = regressionCodec "own-analytic/1"
        Body = Pure(analytic setup)
    }
