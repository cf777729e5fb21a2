namespace NtkPipeline.Core

/// A kernel of all tweets, labelled ones first, with the labelled ones, and of each tweet with itself.
[<NoEquality; NoComparison>]
type TransformerGram = {
    /// Rows × columns.
    Kernel: Matrix<float32>
    /// k(x, x) of every row.
    Diagonal: float32[]
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TransformerGram =

    let private ofStored (kernel: Matrix<float32>, diagonal: float32[]) =
        if diagonal.Length <> kernel.Rows then
            Error $"it has %d{kernel.Rows} rows and %d{diagonal.Length} entries on its diagonal"
        else
            Ok { Kernel = kernel; Diagonal = diagonal }

    let codec: Codec<TransformerGram> =
        Codec.pair ("kernel", Codec.matrix32) ("diagonal", Codec.matrix32)
        |> Codec.map
            "transformer-gram/1"
            (fun gram -> gram.Kernel, Matrix.create 1 gram.Diagonal.Length gram.Diagonal)
            (fun (kernel, diagonal) -> ofStored (kernel, diagonal.Values))

    /// Rows of the diagonal that differ by less are of one length, in float32.
    let private near = 1e-5f

    /// Whether all rows are of one length: their cosines are their kernel.
    let isLevel (gram: TransformerGram) : bool =
        let least, most = Array.min gram.Diagonal, Array.max gram.Diagonal
        most - least <= near * most

    /// k(x, z), or k(x, z)/√(k(x, x) k(z, z)), the cosines of the rows. A diagonal that is not positive is refused.
    let form (name: string) (isUnit: bool) (gram: TransformerGram) : Result<Matrix<float32>, PipelineError> =
        if not isUnit then
            Ok gram.Kernel
        else
            match
                gram.Diagonal |> Array.tryFindIndex (fun k -> not (k > 0.0f && System.Single.IsFinite k))
            with
            | Some row ->
                Error(
                    NumbersRefused
                        $"%s{name}: entry %d{row} of its diagonal is %g{gram.Diagonal[row]}, not positive"
                )
            | None ->
                let over = gram.Diagonal |> Array.map (fun k -> 1.0 / sqrt (float k))

                Matrix.init gram.Kernel.Rows gram.Kernel.Columns (fun i j ->
                    float32 (over[i] * over[j] * float gram.Kernel[i, j]))
                |> Ok
