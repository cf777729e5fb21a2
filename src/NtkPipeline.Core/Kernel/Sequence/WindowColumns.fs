namespace NtkPipeline.Core

open System.Numerics

/// Convolutions over blocks: sums along the diagonals of every pair of texts.
[<RequireQualifiedAccess>]
module WindowColumns =

    let private lanes = Vector<float>.Count

    /// (factor·Σ_o source[s + o, t + o] + bias)·counts at every place of the rows that count; the columns between texts are 0, so sums end
    /// where texts do. Only the columns between the first and the last margin are written.
    let private slide
        (offsets: int[])
        (factor: float, bias: float)
        (isLeft: bool[], counts: float[])
        (block: TokenBlock)
        (source: float[])
        (target: float[])
        =
        let width = block.Width
        let first = TokenColumns.up block.Columns.Margin
        let factor, bias = Vector<float> factor, Vector<float> bias

        for s in 0 .. block.Rows - 1 do
            if isLeft[s] then
                let lowest, highest = max offsets[0] -s, min offsets[offsets.Length - 1] (block.Rows - 1 - s)

                for c in first..lanes .. width - first - lanes do
                    let mutable sum = Vector<float>.Zero
                    let mutable at = (s + lowest) * width + c + lowest

                    for _ in lowest..highest do
                        sum <- sum + Vector<float>(source, at)
                        at <- at + width + 1

                    ((sum * factor + bias) * Vector<float>(counts, c)).CopyTo(target, s * width + c)

    /// Sums at the places that are left, each stride-th: factor·sum + bias where it counts, else 0.
    let private choose
        stride
        (factor: float, bias: float)
        (block: TokenBlock)
        (sums: float[])
        (above: TokenBlock)
        (target: float[])
        =
        for s in 0 .. above.Rows - 1 do
            if above.Left[s] then
                let from, into = s * stride * block.Width, s * above.Width

                for i in 0 .. above.Columns.Starts.Length - 1 do
                    let start, below = above.Columns.Starts[i], block.Columns.Starts[i]

                    for t in 0 .. above.Columns.Masks[i].Length - 1 do
                        let c = start + t

                        target[into + c] <-
                            (sums[from + below + t * stride] * factor + bias) * above.Columns.Counts[c]

    /// factor·S(source) + bias at every place above that counts, else 0.
    let private sums
        (conv: Convolution)
        (affine: float * float)
        (block: TokenBlock)
        source
        (above: TokenBlock)
        target
        =
        let offsets = TokenWindows.offsets conv

        if Convolution.keepsTokens conv then
            slide offsets affine (above.Left, above.Columns.Counts) block source target
        else
            let summed = TokenBlock.lend block.Size

            slide
                offsets
                (1.0, 0.0)
                (Array.create block.Rows true, Array.create block.Width 1.0)
                block
                source
                summed

            choose conv.Stride affine block summed above target
            TokenBlock.giveBack summed

    /// K ← σ_w² S(K) + σ_b², Θ ← K_new + σ_w² S(Θ).
    let apply (conv: Convolution) (block: TokenBlock) : TokenBlock =
        let weight = conv.Prior.WeightVariance / float conv.Size

        let above =
            TokenBlock.create
                (TokenWindows.valid conv block.Left)
                (TokenColumns.above conv block.Columns)
                block.HasTheta
                conv.Width.Value

        sums conv (weight, conv.Prior.BiasVariance) block block.K above above.K

        if block.HasTheta then
            sums conv (weight, 0.0) block block.Theta above above.Theta

            for k in 0..lanes .. above.Size - lanes do
                (Vector<float>(above.Theta, k) + Vector<float>(above.K, k)).CopyTo(above.Theta, k)

        TokenBlock.free block
        above
