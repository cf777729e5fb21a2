namespace NtkPipeline.Core

open System.Numerics

/// Convolutions over blocks: sums along the diagonals of every pair of texts.
[<RequireQualifiedAccess>]
module WindowColumns =

    let private lanes = Vector<float>.Count

    /// Σ_o source[s + o, t + o] at every place of the block; the columns between texts are 0, so sums end where texts do. Only the
    /// columns between the first and the last margin are written.
    let private slide (offsets: int[]) (block: TokenBlock) (source: float[]) (target: float[]) =
        let width = block.Width
        let first = TokenColumns.up block.Columns.Margin

        for s in 0 .. block.Rows - 1 do
            for offset in offsets do
                let i = s + offset

                if i >= 0 && i < block.Rows then
                    for c in first..lanes .. width - first - lanes do
                        let at = s * width + c

                        (Vector<float>(target, at) + Vector<float>(source, i * width + c + offset))
                            .CopyTo(target, at)

    /// Of every sum that counts factor·sum + bias, at the places that are left; else 0.
    let private settle
        (conv: Convolution)
        (factor: float)
        (bias: float)
        (block: TokenBlock)
        (sums: float[])
        (above: TokenBlock)
        (target: float[])
        =
        let width = block.Width

        for s in 0 .. above.Rows - 1 do
            if above.Left[s] then
                let from, into = s * conv.Stride * width, s * above.Width

                if Convolution.keepsTokens conv then
                    let factor, bias = Vector<float> factor, Vector<float> bias

                    for c in 0..lanes .. width - lanes do
                        let counts = Vector<float>(above.Columns.Counts, c)
                        ((Vector<float>(sums, from + c) * factor + bias) * counts).CopyTo(target, into + c)
                else
                    for i in 0 .. above.Columns.Starts.Length - 1 do
                        let start, below = above.Columns.Starts[i], block.Columns.Starts[i]

                        for t in 0 .. above.Columns.Masks[i].Length - 1 do
                            let c = start + t

                            target[into + c] <-
                                (sums[from + below + t * conv.Stride] * factor + bias)
                                * above.Columns.Counts[c]

    /// K ← σ_w² S(K) + σ_b², Θ ← K_new + σ_w² S(Θ).
    let apply (conv: Convolution) (block: TokenBlock) : TokenBlock =
        let offsets = TokenWindows.offsets conv
        let weight = conv.Prior.WeightVariance / float conv.Size

        let above =
            TokenBlock.create
                (TokenWindows.valid conv block.Left)
                (TokenColumns.above conv block.Columns)
                block.HasTheta
                conv.Width.Value

        let sums (source: float[]) bias (target: float[]) =
            let summed = TokenBlock.lend block.Size
            slide offsets block source summed
            settle conv weight bias block summed above target
            TokenBlock.giveBack summed

        sums block.K conv.Prior.BiasVariance above.K

        if block.HasTheta then
            sums block.Theta 0.0 above.Theta

            for k in 0..lanes .. above.Size - lanes do
                (Vector<float>(above.Theta, k) + Vector<float>(above.K, k)).CopyTo(above.Theta, k)

        TokenBlock.free block
        above
