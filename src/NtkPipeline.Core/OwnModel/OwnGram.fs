namespace NtkPipeline.Core

open TorchSharp

/// Tangent kernels of a model at its weights as they are now, in memory: exact by automatic differentiation, row by row.
[<RequireQualifiedAccess>]
module OwnGram =

    /// What the gradients of two tiles of rows may take, in bytes.
    let memory = 1e9

    let private computed (precision: Precision<'t>) (convert: float32 -> 't) outputs (f: OwnFunction) x z =
        let request = {
            Model = f.Model
            File = f.File
            RowShape = Some(List.ofArray f.Shape)
            Outputs = outputs
        }

        let rows m = RowSource.ofMatrix (Matrix.map convert m)
        let x, z = rows x, Option.map rows z
        let machine = { Device = torch.CPU; Threads = torch.get_num_threads () }

        OwnKernel.plan precision memory request [ int64 x.ColumnCount ] x z
        |> Result.bind (fun plan ->
            (OwnKernel.job precision machine request plan x z).Tiles |> KernelTiles.toArray)
        |> Result.map (Array.map precision.ToFloat)

    let private values outputs (f: OwnFunction) (x: Matrix<float32>) (z: Matrix<float32> option) =
        if OwnModelFile.isSingle f.Model then
            computed Precision.single id outputs f x z
        else
            computed Precision.double float outputs f x z

    /// Θ̂ of every output with every other: (rows of x × outputs) × (rows of z, or of x, × outputs), outputs of a row side by side.
    let full
        (f: OwnFunction)
        (x: Matrix<float32>)
        (z: Matrix<float32> option)
        : Result<Matrix<float>, PipelineError> =
        let k, columns = f.OutputCount, (defaultArg z x).Rows

        values Full f x z
        |> Result.map (fun found ->
            Matrix.init (x.Rows * k) (columns * k) (fun row column ->
                found[(((row / k) * columns + column / k) * k + row % k) * k + column % k]))

    /// The mean of Θ̂ over outputs, rows × rows.
    let trace (f: OwnFunction) (x: Matrix<float32>) : Result<Matrix<float>, PipelineError> =
        values Trace f x None |> Result.map (Matrix.create x.Rows x.Rows)
