namespace NtkPipeline.Core

open System
open System.Numerics
open System.Threading.Tasks

/// A sparse matrix by compressed rows: the entries of row i stand at `Starts[i] .. Starts[i + 1] - 1`, by ascending column.
type SparseMatrix = {
    Rows: int
    Columns: int
    /// Rows + 1 places.
    Starts: int[]
    /// The column of each entry.
    Indices: int[]
    Values: float[]
}

[<RequireQualifiedAccess>]
module SparseMatrix =

    /// The matrix whose rows are given by their columns, ascending, and values.
    let ofRows (columns: int) (rows: (int[] * float[])[]) : SparseMatrix = {
        Rows = rows.Length
        Columns = columns
        Starts = rows |> Array.scan (fun start (indices, _) -> start + indices.Length) 0
        Indices = rows |> Array.map fst |> Array.concat
        Values = rows |> Array.map snd |> Array.concat
    }

    let private rowOf (m: SparseMatrix) i =
        let range = Range(Index m.Starts[i], Index m.Starts[i + 1])
        m.Indices.AsSpan(range).ToArray(), m.Values.AsSpan(range).ToArray()

    /// Two matrices side by side, the entries of each multiplied by its weight.
    let beside (weightA: float, a: SparseMatrix) (weightB: float, b: SparseMatrix) : SparseMatrix =
        if a.Rows <> b.Rows then
            invalidArg (nameof b) $"%d{b.Rows} rows cannot stand beside %d{a.Rows}"

        Array.init a.Rows (fun i ->
            let indicesA, valuesA = rowOf a i
            let indicesB, valuesB = rowOf b i

            Array.append indicesA (indicesB |> Array.map ((+) a.Columns)),
            Array.append (valuesA |> Array.map ((*) weightA)) (valuesB |> Array.map ((*) weightB)))
        |> ofRows (a.Columns + b.Columns)

    let toDense (m: SparseMatrix) : Matrix<float> =
        let dense = Matrix.create m.Rows m.Columns (Array.zeroCreate (m.Rows * m.Columns))

        for i in 0 .. m.Rows - 1 do
            for k in m.Starts[i] .. m.Starts[i + 1] - 1 do
                dense.Values[i * m.Columns + m.Indices[k]] <- m.Values[k]

        dense

    /// Columns of a dense factor that are worked on at once: four SIMD registers.
    let private strip = 4 * Vector<float>.Count

    let inline private load (x: float[]) at register = Vector<float>(x, at + register * Vector<float>.Count)

    /// y[yAt ..] += scale · x[xAt ..], one register.
    let inline private addRegister (scale: Vector<float>) (x: Vector<float>) (y: float[]) yAt register =
        (load y yAt register + scale * x).CopyTo(y, yAt + register * Vector<float>.Count)

    /// y[yAt ..] += scale · x[xAt ..], one strip.
    let inline private addScaled (scale: float) (x: float[]) xAt (y: float[]) yAt =
        let scale = Vector<float> scale
        addRegister scale (load x xAt 0) y yAt 0
        addRegister scale (load x xAt 1) y yAt 1
        addRegister scale (load x xAt 2) y yAt 2
        addRegister scale (load x xAt 3) y yAt 3

    /// out += m x, of one strip: x is columns × strip, out is rows × strip.
    let private timesStrip (m: SparseMatrix) (x: float[]) (out: float[]) =
        for i in 0 .. m.Rows - 1 do
            for k in m.Starts[i] .. m.Starts[i + 1] - 1 do
                addScaled m.Values[k] x (m.Indices[k] * strip) out (i * strip)

    /// out += mᵀ x, of one strip: x is rows × strip, out is columns × strip.
    let private transposeTimesStrip (m: SparseMatrix) (x: float[]) (out: float[]) =
        for i in 0 .. m.Rows - 1 do
            for k in m.Starts[i] .. m.Starts[i + 1] - 1 do
                addScaled m.Values[k] x (i * strip) out (m.Indices[k] * strip)

    /// Applies `apply` to every strip of x's columns. A strip belongs to one thread, so the sums never depend on threads.
    let private byStrips resultRows (apply: float[] -> float[] -> unit) (x: Matrix<float>) : Matrix<float> =
        let result = Matrix.create resultRows x.Columns (Array.zeroCreate (resultRows * x.Columns))

        let work s =
            let first = s * strip
            let width = min strip (x.Columns - first)
            let input = Array.zeroCreate (x.Rows * strip)
            let output = Array.zeroCreate (resultRows * strip)

            for i in 0 .. x.Rows - 1 do
                Array.Copy(x.Values, i * x.Columns + first, input, i * strip, width)

            apply input output

            for i in 0 .. resultRows - 1 do
                Array.Copy(output, i * strip, result.Values, i * x.Columns + first, width)

        Parallel.For(0, (x.Columns + strip - 1) / strip, work) |> ignore
        result

    let private expectRows wanted (x: Matrix<float>) =
        if x.Rows <> wanted then
            invalidArg (nameof x) $"a factor of %d{x.Rows} rows where %d{wanted} are wanted"

    /// m x.
    let times (m: SparseMatrix) (x: Matrix<float>) : Matrix<float> =
        expectRows m.Columns x
        byStrips m.Rows (timesStrip m) x

    /// mᵀ x.
    let transposeTimes (m: SparseMatrix) (x: Matrix<float>) : Matrix<float> =
        expectRows m.Rows x
        byStrips m.Columns (transposeTimesStrip m) x

    /// The transposed matrix.
    let transpose (m: SparseMatrix) : SparseMatrix =
        let starts = Array.zeroCreate<int>(m.Columns + 1)

        for column in m.Indices do
            starts[column + 1] <- starts[column + 1] + 1

        for column in 1 .. m.Columns do
            starts[column] <- starts[column] + starts[column - 1]

        let next = Array.copy starts
        let indices = Array.zeroCreate<int> m.Indices.Length
        let values = Array.zeroCreate<float> m.Indices.Length

        for i in 0 .. m.Rows - 1 do
            for k in m.Starts[i] .. m.Starts[i + 1] - 1 do
                let place = next[m.Indices[k]]
                next[m.Indices[k]] <- place + 1
                indices[place] <- i
                values[place] <- m.Values[k]

        {
            Rows = m.Columns
            Columns = m.Rows
            Starts = starts
            Indices = indices
            Values = values
        }

    /// out += mᵀ m x, of one strip, as the sum of r rᵀ x over m's rows r.
    let private gramTimesStrip (m: SparseMatrix) (x: float[]) (out: float[]) =
        for i in 0 .. m.Rows - 1 do
            let mutable a = Vector<float>.Zero
            let mutable b = Vector<float>.Zero
            let mutable c = Vector<float>.Zero
            let mutable d = Vector<float>.Zero

            for k in m.Starts[i] .. m.Starts[i + 1] - 1 do
                let scale = Vector<float> m.Values[k]
                let at = m.Indices[k] * strip
                a <- a + scale * load x at 0
                b <- b + scale * load x at 1
                c <- c + scale * load x at 2
                d <- d + scale * load x at 3

            for k in m.Starts[i] .. m.Starts[i + 1] - 1 do
                let scale = Vector<float> m.Values[k]
                let at = m.Indices[k] * strip
                addRegister scale a out at 0
                addRegister scale b out at 1
                addRegister scale c out at 2
                addRegister scale d out at 3

    /// mᵀ m x, in one pass over m: m x is never stored.
    let gramTimes (m: SparseMatrix) (x: Matrix<float>) : Matrix<float> =
        expectRows m.Columns x
        byStrips m.Columns (gramTimesStrip m) x
