namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What is known of a model before anything is learnt with it.
type OwnFacts = {
    /// "TorchScript" or "ONNX", and "float32" or "float64".
    Format: string
    Type: string
    Parameters: int64
    Tensors: int
    /// One row's axes as the model takes it.
    Shape: int64[]
    /// Outputs of a row, as the model gives them.
    Outputs: int
    /// Rows given together come out as each does alone.
    TakesBatches: bool
}

/// Stage: a model's file and rows → what it is, if it can be asked: it takes these rows and has the task's outputs.
[<RequireQualifiedAccess>]
module OwnLook =

    let private refuse (setup: OwnSetup) (clause: string) = Error(DataRefused $"%s{setup.File}: %s{clause}.")

    let private firstRows count (model: OwnModel) (rows: OwnRows) =
        let first = Matrix.gatherRows [| 0 .. min count rows.Kept.Rows - 1 |] rows.Kept
        (Tensors.ofMatrix32 first).``to`` model.Type

    /// Outputs of one row of these axes.
    let private tried (model: OwnModel) (shape: int64[]) (row: torch.Tensor) =
        OwnModel.attempt (fun () ->
            use _ = torch.NewDisposeScope()
            use _ = torch.enable_grad ()
            int ((OwnJacobian.outputs model shape row).numel()))

    /// The width of rows that the model does take, if a row of as many zeros as one of its weights has rows or columns passes.
    let private width (model: OwnModel) =
        let said =
            model.RowShape
            |> Option.filter (List.forall (fun axis -> axis > 0L))
            |> Option.map (List.fold (*) 1L)

        let guesses = [
            yield! Option.toList said

            for parameter in model.Parameters do
                if parameter.Leaf.shape.Length > 1 then
                    yield! parameter.Leaf.shape
        ]

        use _ = torch.NewDisposeScope()

        guesses
        |> List.distinct
        |> List.tryFind (fun columns ->
            tried model [| columns |] (torch.zeros ([| columns |], dtype = model.Type)) |> Result.isOk)
        |> Option.map int

    let private wayOn (setup: OwnSetup) (rows: OwnRows) wanted =
        match setup.AreNumbers, setup.Inputs with
        | _, OwnInputs.Scaled _ when wanted = rows.RawColumns ->
            let source = if setup.AreNumbers then "the numbers of data.features" else "the encoder's own"
            $"own-model.inputs=raw gives it %s{source}, %d{wanted}"
        | true, _ -> $"data.features has to have %d{wanted} columns"
        | false, OwnInputs.Scaled _ when wanted < rows.RawColumns ->
            $"reduce.dimensions=%d{wanted} makes so many components of the encoder's %d{rows.RawColumns} columns"
        | false, OwnInputs.Raw when wanted = rows.RowColumns ->
            "own-model.inputs=unit gives it the run's own rows"
        | false, OwnInputs.Raw when wanted < rows.RawColumns ->
            $"own-model.inputs=unit with reduce.dimensions=%d{wanted} makes so many components of them"
        | false, _ ->
            $"embed.encoder has to give %d{wanted} columns or more, and reduce.dimensions to keep so many"

    let private unfit (setup: OwnSetup) (rows: OwnRows) (model: OwnModel) (clause: string) =
        match width model with
        | Some wanted when wanted <> rows.Kept.Columns ->
            refuse
                setup
                $"it takes rows of %d{wanted} numbers, and this run gives it rows of %d{rows.Kept.Columns}: %s{wayOn setup rows wanted}"
        | _ -> refuse setup $"on the first row, of %d{rows.Kept.Columns} numbers: %s{clause}"

    let private shape (setup: OwnSetup) (rows: OwnRows) (model: OwnModel) =
        match OwnModel.rowShape setup.RowShape [ int64 rows.Kept.Columns ] rows.Kept.Columns model with
        | Ok shape -> Ok(Array.ofList shape)
        | Error clause when setup.RowShape.IsSome ->
            refuse setup (clause.Replace("--input-shape", "own-model.input-shape"))
        | Error clause -> unfit setup rows model clause

    /// The model in the task's outputs, by what is known of it.
    let private adapted (setup: OwnSetup) (rows: OwnRows) (model: OwnModel) (facts: OwnFacts) =
        match OwnOutputs.ofTask (OwnRows.targets setup.Task rows) facts.Outputs with
        | Error clause -> refuse setup clause
        | Ok(outputs, change) ->
            Ok {
                File = setup.File
                Model = OwnOutputs.adapt facts.Outputs change model
                Shape = facts.Shape
                OutputCount = outputs
                TakesBatches = facts.TakesBatches
            }

    /// The model of the file once more, at its weights as they come.
    let opened
        (setup: OwnSetup)
        (bytes: byte[], facts: OwnFacts)
        (rows: OwnRows)
        : Result<OwnFunction, PipelineError> =
        OwnModelFile.read None setup.File bytes |> Result.bind (fun model -> adapted setup rows model facts)

    let private look (setup: OwnSetup) survives (bytes: byte[], rows: OwnRows) =
        result {
            if OwnModelFile.isTorchScript bytes then
                do! survives (Matrix.gatherRows [| 0 |] rows.Kept)

            let! model = OwnModelFile.read None setup.File bytes
            let! shape = shape setup rows model
            use _ = torch.NewDisposeScope()

            let! outputs =
                match tried model shape (firstRows 1 model rows) with
                | Ok outputs -> Ok outputs
                | Error clause -> unfit setup rows model clause

            let facts = {
                Format = model.Format
                Type = if OwnModelFile.isSingle model then "float32" else "float64"
                Parameters = OwnModel.count model
                Tensors = model.Parameters.Length
                Shape = shape
                Outputs = outputs
                TakesBatches = false
            }

            let! f = adapted setup rows model facts
            let together = OwnFunction.inBatches (firstRows 8 model rows) f
            return { facts with TakesBatches = together.TakesBatches }
        }

    /// `survives` says whether LibTorch lives through a TorchScript file's program on a row: see `TorchScriptModel`.
    let stage
        (setup: OwnSetup)
        (survives: Matrix<float32> -> Result<unit, PipelineError>)
        : Stage<byte[] * OwnRows, OwnFacts> = {
        Name = "own-model/look"
        Version = 1
        Settings = Fingerprint.describe (setup.RowShape, setup.Task)
        Codec = Codec.json "own-facts/1"
        Body = Pure(look setup survives)
    }
