namespace NtkPipeline.Core

/// A kernel of all tweets, labelled ones first, with the labelled ones, and of each tweet with itself.
[<NoEquality; NoComparison>]
type TransformerGram = {
    /// Rows × columns.
    Kernel: Matrix<float32>
    /// k(x, x) of every row.
    Diagonal: float32[]
}

/// A matrix of which a part is made when it is wanted: of a kernel's cosines, or of a blend, no second whole matrix is held.
[<NoEquality; NoComparison>]
type GramEntries = {
    Rows: int
    Columns: int
    /// The entry at a row and a column.
    At: int -> int -> float32
} with

    /// The entries at (rows × columns), in the order of the indices.
    member this.Gather(rows: int[], columns: int[]) : Matrix<float32> =
        Matrix.init rows.Length columns.Length (fun i j -> this.At rows[i] columns[j])

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module GramEntries =

    let ofMatrix (m: Matrix<float32>) : GramEntries = {
        Rows = m.Rows
        Columns = m.Columns
        At = fun i j -> m[i, j]
    }

    /// All of them.
    let toMatrix (entries: GramEntries) : Matrix<float32> =
        Matrix.init entries.Rows entries.Columns entries.At

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
    let entries (name: string) (isUnit: bool) (gram: TransformerGram) : Result<GramEntries, PipelineError> =
        let kernel = GramEntries.ofMatrix gram.Kernel

        if not isUnit then
            Ok kernel
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

                Ok {
                    kernel with
                        At = fun i j -> float32 (over[i] * over[j] * float gram.Kernel[i, j])
                }

    /// The same as a matrix, which is the kernel's own where it is asked for as it is.
    let form (name: string) (isUnit: bool) (gram: TransformerGram) : Result<Matrix<float32>, PipelineError> =
        if isUnit then
            entries name true gram |> Result.map GramEntries.toMatrix
        else
            Ok gram.Kernel
