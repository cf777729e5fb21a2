namespace NtkPipeline.Core

/// Sums over pairs of tokens of T_x × T_z arrays, row by row.
[<RequireQualifiedAccess>]
module PairSums =

    /// G_x A G_zᵀ.
    let between (gx: float[]) (a: float[]) (gz: float[]) (rows: int) (columns: int) : float[] =
        let right =
            Array.init (rows * columns) (fun k ->
                let s, t = k / columns, k % columns
                Seq.sum (seq { for j in 0 .. columns - 1 -> a[s * columns + j] * gz[t * columns + j] }))

        Array.init (rows * columns) (fun k ->
            let s, t = k / columns, k % columns
            Seq.sum (seq { for i in 0 .. rows - 1 -> gx[s * rows + i] * right[i * columns + t] }))

    /// A + σ_p² I: more where both tokens stand at one place of their texts.
    let placed (place: float) (columns: int) (a: float[]) : float[] =
        a |> Array.mapi (fun k value -> if k / columns = k % columns then value + place else value)

    /// Σ A∘B.
    let inner (a: float[]) (b: float[]) : float = Seq.sum (Seq.map2 (*) a b)

    /// Σ over a window's places of a[s + o, t + o], over the window's size; beyond the ends 0.
    let windows (conv: Convolution) (rows: int) (columns: int) (a: float[]) : float[] =
        let offsets = TokenWindows.offsets conv
        let width = TokenWindows.count conv columns

        Array.init (TokenWindows.count conv rows * width) (fun k ->
            let s, t = k / width * conv.Stride, k % width * conv.Stride

            offsets
            |> Array.sumBy (fun o ->
                let i, j = s + o, t + o
                if i >= 0 && i < rows && j >= 0 && j < columns then a[i * columns + j] else 0.0)
            |> fun sum -> sum / float conv.Size)

    /// Σ_s a[s, s], over as many as there are; 0 where there is none.
    let diagonal (count: int) (a: float[]) : float =
        if count = 0 then
            0.0
        else
            Seq.sum (seq { for s in 0 .. count - 1 -> a[s * count + s] }) / float count
