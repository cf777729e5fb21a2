namespace NtkPipeline.Core

open System
open System.Threading.Tasks

/// Kernel matrices in float32 by the cosine table, in one go over the matrix: products of unit rows in float32, the table in
/// float64, and both halves of a symmetric matrix written from one. Where a cosine is within 0.01 of ±1, float32 has lost the
/// angle, and where a row's norm is not the common one, the table does not hold: such entries are computed from the two rows
/// in float64.
[<RequireQualifiedAccess>]
module TableGram =

    /// The table, and how entries scale with the norms.
    type Plan = {
        Table: CosineTable
        /// What each entry is multiplied by: its row's and column's norm for a network of degree 1, else 1.
        IsHomogeneous: bool
        /// The norm that rows have where the network is not homogeneous.
        Norm: float
    }

    /// Whether K(ax, bz) = ab·K(x, z) for a, b > 0: no bias, no layer-norm, and activations of degree 1.
    let rec private ofDegreeOne (layers: Layer list) : bool =
        layers
        |> List.forall (fun layer ->
            match layer with
            | Dense(_, prior) -> not prior.HasBias
            | Activate activation -> (Activation.linearPieces activation).IsSome
            | LayerNorm _
            | Tokens _ -> false
            | Residual branch -> ofDegreeOne branch)

    /// Relative spread of norms that rounding of float32 inputs explains.
    let private spread = 4e-7

    let private isOdd (plan: Plan) (norm: float) =
        not plan.IsHomogeneous && abs (norm - plan.Norm) > spread * plan.Norm

    let private tolerance = 1e-7

    /// A table for these rows, if the network is homogeneous or if nearly all rows share a norm, and if its series converges.
    let plan (network: Network) (entry: Moments -> float) (norms: float[]) : Plan option =
        if norms.Length = 0 then
            None
        elif ofDegreeOne network.Layers then
            CosineTable.build entry 1.0 tolerance
            |> Option.map (fun table -> { Table = table; IsHomogeneous = true; Norm = 1.0 })
        else
            let sorted = Array.sort norms
            // Rounded, so that subsets of the rows find the same norm.
            let norm = float (float32 sorted[sorted.Length / 2])

            let candidate = {
                Table = { Even = [||]; Odd = [||]; Error = 0.0 }
                IsHomogeneous = false
                Norm = norm
            }

            let odd = norms |> Seq.filter (isOdd candidate) |> Seq.length

            if 20 * odd > norms.Length then
                None
            else
                CosineTable.build entry norm tolerance
                |> Option.map (fun table -> { candidate with Table = table })

    /// What fills tiles of the kernel between two sets of rows; `exact i j` is the definition's entry, for those entries that
    /// the table must not be asked for.
    let tile (plan: Plan) exact (xs: UnitRows, left: PackedRows) (zs: UnitRows, right: PackedRows) =
        let block = PackedRows.block

        let oddColumns = [|
            for j in 0 .. right.Count - 1 do
                if isOdd plan zs.Norms[j] then
                    j
        |]

        let factors =
            Array.init right.Panels.Length (fun j ->
                if j < right.Count && plan.IsHomogeneous then zs.Norms[j] else 1.0)

        /// Entries of rows top … and columns start …, written row by row into a block × block buffer.
        fun (top: int) (start: int) (target: float32[]) ->
            let cosines = Array.zeroCreate<float32> 96

            for j in start..16 .. start + block - 16 do
                if j < right.Count then
                    for i in top..6 .. top + block - 6 do
                        if i < left.Count then
                            PackedRows.multiply (left, i, right, j, cosines.AsSpan())

                            for r in 0 .. min 5 (left.Count - 1 - i) do
                                let row = i + r
                                let at = (row - top) * block + j - start
                                let factor = if plan.IsHomogeneous then xs.Norms[row] else 1.0

                                let near =
                                    CosineTable.evaluate16 (
                                        plan.Table,
                                        cosines.AsSpan(16 * r, 16),
                                        factor,
                                        factors.AsSpan(j, 16),
                                        target.AsSpan(at, 16)
                                    )

                                let near = if isOdd plan xs.Norms[row] then 0xFFFFu else near

                                if near <> 0u then
                                    for k in 0..15 do
                                        if (near >>> k) &&& 1u = 1u && j + k < right.Count then
                                            target[at + k] <- exact row (j + k)

            for j in oddColumns do
                if j >= start && j < start + block then
                    for row in top .. min left.Count (top + block) - 1 do
                        target[(row - top) * block + j - start] <- exact row j

    let private run (pairs: struct (int * int)[]) (work: float32[] -> int -> int -> unit) =
        Parallel.For(
            0,
            pairs.Length,
            (fun () -> Array.zeroCreate<float32>(PackedRows.block * PackedRows.block)),
            (fun k _ buffer ->
                let struct (top, start) = pairs[k]
                work buffer top start
                buffer),
            ignore
        )
        |> ignore

    let private starts (count: int) = [| 0 .. PackedRows.block .. count - 1 |]

    /// The kernel of the rows with themselves.
    let symmetric (plan: Plan) (entry: Moments -> float) (xs: UnitRows) : Matrix<float32> =
        let n = xs.Units.Rows
        let block = PackedRows.block
        let values = GC.AllocateUninitializedArray<float32>(n * n)
        let packed = PackedRows.ofMatrix xs.Units

        let exact i j = float32 (entry (UnitRows.within xs i j))
        let fill = tile plan exact (xs, packed) (xs, packed)

        let pairs = [|
            for i in starts n do
                for j in starts n do
                    if j >= i then
                        struct (i, j)
        |]

        run pairs (fun buffer top start ->
            fill top start buffer
            let height, width = min block (n - top), min block (n - start)

            for r in 0 .. height - 1 do
                Array.Copy(buffer, r * block, values, (top + r) * n + start, width)

            if start > top then
                for c in 0 .. width - 1 do
                    let row = (start + c) * n + top

                    for r in 0 .. height - 1 do
                        values[row + r] <- buffer[r * block + c])

        Matrix.create n n values

    /// The kernel between two sets of rows.
    let between (plan: Plan) (entry: Moments -> float) (xs: UnitRows) (zs: UnitRows) : Matrix<float32> =
        let n, m = xs.Units.Rows, zs.Units.Rows
        let block = PackedRows.block
        let values = GC.AllocateUninitializedArray<float32>(n * m)
        let exact i j = float32 (entry (UnitRows.between xs i zs j))
        let fill = tile plan exact (xs, PackedRows.ofMatrix xs.Units) (zs, PackedRows.ofMatrix zs.Units)

        let pairs = [|
            for i in starts n do
                for j in starts m do
                    struct (i, j)
        |]

        run pairs (fun buffer top start ->
            fill top start buffer
            let width = min block (m - start)

            for r in 0 .. min block (n - top) - 1 do
                Array.Copy(buffer, r * block, values, (top + r) * m + start, width))

        Matrix.create n m values
