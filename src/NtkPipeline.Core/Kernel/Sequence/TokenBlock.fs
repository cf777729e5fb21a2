namespace NtkPipeline.Core

open System
open System.Buffers
open System.Numerics
open System.Runtime.Intrinsics

/// K and Θ of one text with several others, between two layers: a row for each place of the one, the others as columns. What does
/// not count is 0. The arrays are lent and may be longer; who makes a block of another gives the old one's arrays back.
[<NoEquality; NoComparison>]
type TokenBlock = {
    Left: bool[]
    Columns: TokenColumns
    K: float[]
    /// Empty where only K is wanted.
    Theta: float[]
    /// Units a token.
    Units: int
} with

    member this.Rows = this.Left.Length
    member this.Width = this.Columns.Width
    member this.Size = this.Left.Length * this.Columns.Width
    member this.HasTheta = this.Theta.Length > 0

/// What layers that act on every pair of tokens by itself make of blocks, in place.
[<RequireQualifiedAccess>]
module TokenBlock =

    let private lanes = Vector<float>.Count

    /// An array of 0 at least so long.
    let lend (size: int) : float[] =
        let array = ArrayPool<float>.Shared.Rent(max 1 size)
        Array.Clear(array, 0, size)
        array

    let giveBack (array: float[]) : unit =
        if array.Length > 0 then
            ArrayPool<float>.Shared.Return array

    /// Gives a block's arrays back.
    let free (block: TokenBlock) : unit =
        giveBack block.K
        giveBack block.Theta

    /// A block of 0.
    let create (left: bool[]) (columns: TokenColumns) (withTheta: bool) (units: int) : TokenBlock =
        let size = left.Length * columns.Width

        {
            Left = left
            Columns = columns
            K = lend size
            Theta = if withTheta then lend size else [||]
            Units = units
        }

    let copy (block: TokenBlock) : TokenBlock =
        let twin = create block.Left block.Columns block.HasTheta block.Units
        Array.Copy(block.K, twin.K, block.Size)

        if block.HasTheta then
            Array.Copy(block.Theta, twin.Theta, block.Size)

        twin

    /// Adds the second to the first.
    let add (block: TokenBlock) (other: TokenBlock) : unit =
        let into (target: float[]) (source: float[]) =
            for k in 0..lanes .. block.Size - lanes do
                (Vector<float>(target, k) + Vector<float>(source, k)).CopyTo(target, k)

        into block.K other.K

        if block.HasTheta then
            into block.Theta other.Theta

    /// Every entry of a row to factor·entry + bias where both tokens count, else 0.
    let private affine (factor: float) (bias: float) (block: TokenBlock) (target: float[]) =
        let width = block.Width
        let factor, bias = Vector<float> factor, Vector<float> bias

        for s in 0 .. block.Rows - 1 do
            if block.Left[s] then
                for c in 0..lanes .. width - lanes do
                    let at = s * width + c
                    let counts = Vector<float>(block.Columns.Counts, c)
                    ((Vector<float>(target, at) * factor + bias) * counts).CopyTo(target, at)
            else
                Array.Clear(target, s * width, width)

    /// K ← σ_w² K + σ_b², Θ ← σ_w² Θ + K; in standard parameterisation Θ ← σ_w² Θ + fan_in·K_below + 1.
    let dense (prior: Prior) (width: int) (block: TokenBlock) : TokenBlock =
        let own factor =
            for k in 0..lanes .. block.Size - lanes do
                (Vector<float>(block.Theta, k) + Vector<float>(block.K, k) * Vector<float>(factor: float))
                    .CopyTo(block.Theta, k)

        let toK () = affine prior.WeightVariance prior.BiasVariance block block.K

        match prior.Parameterisation with
        | _ when not block.HasTheta -> toK ()
        | Ntk ->
            affine prior.WeightVariance 0.0 block block.Theta
            toK ()
            own 1.0
        | Standard ->
            affine prior.WeightVariance (if prior.HasBias then 1.0 else 0.0) block block.Theta
            own (float block.Units)
            toK ()

        { block with Units = width }

    /// √(pq) of p, q and their roots, p itself where q is p; the product may be beyond what float64 holds where its root is not.
    let inline norms (p: float) (rootP: float) (q: Vector512<float>) (rootQ: Vector512<float>) =
        let p = Vector512.Create p
        Vector512.ConditionalSelect(Vector512.Equals(p, q), p, Vector512.Create rootP * rootQ)

    /// A cosine past which a quotient may round to 1.
    let private closed = 1.0 - 1e-14

    /// K, Θ over √((p + eps)(q + eps)), with the tokens' own moments p, q; what is 0 stays so. Θ's `suspect` is told columns of
    /// tokens that are not the same and whose norms alone still say so.
    let layerNorm
        (eps: float)
        (p: float[])
        (q: float[])
        (suspect: int -> unit)
        (block: TokenBlock)
        : TokenBlock =
        let width = block.Width
        let sizes = q |> Array.map (fun q -> q + eps)
        let roots, bareRoots = Array.map sqrt sizes, Array.map sqrt q

        for s in 0 .. block.Rows - 1 do
            let own = p[s] + eps
            let root, bareRoot = sqrt own, sqrt p[s]

            for c in 0 .. TokenColumns.unit .. width - TokenColumns.unit do
                let at = s * width + c
                let size = norms own root (Vector512.LoadUnsafe &sizes[c]) (Vector512.LoadUnsafe &roots[c])
                let isNone = Vector512.Equals(size, Vector512<float>.Zero)
                let size = Vector512.ConditionalSelect(isNone, Vector512<float>.One, size)
                let k = Vector512.LoadUnsafe &block.K[at]
                Vector512.StoreUnsafe(k / size, &block.K[at])

                if block.HasTheta then
                    let bare =
                        norms p[s] bareRoot (Vector512.LoadUnsafe &q[c]) (Vector512.LoadUnsafe &bareRoots[c])

                    let least = Vector512.Create closed * bare

                    if p[s] > 0.0 && Vector512.GreaterThanAny(Vector512.Abs k, least) then
                        for lane in 0 .. TokenColumns.unit - 1 do
                            let isSame = k[lane] = p[s] && p[s] = q[c + lane]

                            if q[c + lane] > 0.0 && abs k[lane] > least[lane] && not isSame then
                                suspect (c + lane)

                    Vector512.StoreUnsafe(Vector512.LoadUnsafe &block.Theta[at] / size, &block.Theta[at])

        block

    /// Θ·E[φ'φ'] and E[φφ] of any activation, pair by pair; p, q are the tokens' own moments.
    let activate
        (integrals: Integrals)
        (phi: Activation)
        (p: float[])
        (q: float[])
        (block: TokenBlock)
        : TokenBlock =
        let width = block.Width

        for s in 0 .. block.Rows - 1 do
            let u = sqrt p[s]

            for c in 0 .. width - 1 do
                let at = s * width + c

                if block.Left[s] && block.Columns.Counts[c] > 0.0 then
                    let v = sqrt q[c]
                    let isOne = block.K[at] = p[s] && p[s] = q[c]
                    let m = if isOne then Moments.same u else Moments.ofProduct u v block.K[at]

                    if block.HasTheta && block.Theta[at] <> 0.0 then
                        block.Theta[at] <- block.Theta[at] * Dual.slopeBy integrals phi m

                    block.K[at] <- (Dual.transportBy integrals phi m).Uv

        block
