namespace NtkPipeline.Core

/// The moments of every token of one text with every token of another: T_x × T_z, row by row; those of tokens that do not count are 0.
type TokenMoments = {
    Left: bool[]
    Right: bool[]
    Pairs: Moments[]
} with

    member this.Item
        with get (s: int, t: int) = this.Pairs[s * this.Right.Length + t]

/// What layers that take tokens together make of moments. Sums over pairs that are independent keep the angle (`Moments.add`); others
/// have it from the product.
[<RequireQualifiedAccess>]
module TokenMoments =

    let private none = Moments.ofAngle 0.0 0.0 1.0 0.0

    let init (left: bool[]) (right: bool[]) (pair: int -> int -> Moments) : TokenMoments = {
        Left = left
        Right = right
        Pairs =
            Array.init (left.Length * right.Length) (fun k ->
                let s, t = k / right.Length, k % right.Length
                if left[s] && right[t] then pair s t else none)
    }

    let map (f: Moments -> Moments) (m: TokenMoments) : TokenMoments =
        init m.Left m.Right (fun s t -> f m[s, t])

    let add (a: TokenMoments) (b: TokenMoments) : TokenMoments =
        init a.Left a.Right (fun s t -> Moments.add a[s, t] b[s, t])

    /// E[uv] of every pair.
    let products (m: TokenMoments) : float[] = m.Pairs |> Array.map _.Uv

    /// √E[u²] of every token of a text, from its moments with itself.
    let norms (self: TokenMoments) : float[] = Array.init self.Left.Length (fun s -> self[s, s].U)

    /// From E[u²], E[v²] and E[uv]. Where the three are one number, as of a text with itself and with its copies, the angle is 0.
    let ofProducts left right (uus: float[]) (vvs: float[]) (products: float[]) : TokenMoments =
        init left right (fun s t ->
            let uu, vv, uv = uus[s], vvs[t], products[s * vvs.Length + t]

            if uv = uu && uv = vv then
                Moments.same (sqrt uu)
            else
                Moments.ofProduct (sqrt uu) (sqrt vv) uv)

    /// Of windows: the sum over a window's places, each token's norm as in the texts themselves, beyond their ends 0.
    let windows (conv: Convolution) (us: float[]) (vs: float[]) (m: TokenMoments) : TokenMoments =
        let offsets = TokenWindows.offsets conv
        let norm (norms: float[]) place = if place >= 0 && place < norms.Length then norms[place] else 0.0
        let scale = conv.Prior.WeightScale / sqrt (float conv.Size)

        init (TokenWindows.valid conv m.Left) (TokenWindows.valid conv m.Right) (fun s t ->
            offsets
            |> Array.map (fun offset ->
                let i, j = s * conv.Stride + offset, t * conv.Stride + offset
                let u, v = norm us i, norm vs j

                if u = 0.0 || v = 0.0 then
                    Moments.ofAngle u v 1.0 0.0
                else
                    { m[i, j] with U = u; V = v })
            |> Array.reduce Moments.add
            |> Moments.affine scale conv.Prior.BiasScale)
