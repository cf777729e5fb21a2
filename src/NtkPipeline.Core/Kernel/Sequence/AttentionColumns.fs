namespace NtkPipeline.Core

open System.Numerics

/// Attention over blocks.
[<RequireQualifiedAccess>]
module AttentionColumns =

    let private lanes = Vector<float>.Count

    /// target[c …] += factor·source[s …] over `count` entries, a multiple of the unit.
    let private accumulate
        (factor: float)
        (source: float[])
        (s: int)
        (target: float[])
        (c: int)
        (count: int)
        =
        let factor = Vector<float> factor

        for k in 0..lanes .. count - lanes do
            (Vector<float>(target, c + k) + factor * Vector<float>(source, s + k)).CopyTo(target, c + k)

    /// G turned over, its rows padded to a multiple of the unit: what `weigh` takes of every text among the columns.
    let turned (scores: float[]) (places: int) : float[] =
        let padded = TokenColumns.up places
        let values = Array.zeroCreate (places * padded)

        for t in 0 .. places - 1 do
            for j in 0 .. places - 1 do
                values[j * padded + t] <- scores[t * places + j]

        values

    /// v·G_x A G_zᵀ + bias where both tokens count, in place of A.
    let private weigh
        (v: float)
        (bias: float)
        (gx: float[])
        (gz: float[][])
        (block: TokenBlock)
        (plane: float[])
        =
        let width, rows = block.Width, block.Rows
        let left = TokenBlock.lend block.Size

        for s in 0 .. rows - 1 do
            for i in 0 .. rows - 1 do
                if gx[s * rows + i] <> 0.0 then
                    accumulate gx[s * rows + i] plane (i * width) left (s * width) width

        System.Array.Clear(plane, 0, block.Size)

        for s in 0 .. rows - 1 do
            if block.Left[s] then
                for text in 0 .. gz.Length - 1 do
                    let places = block.Columns.Masks[text].Length
                    let padded = TokenColumns.up places
                    let at = s * width + block.Columns.Starts[text]

                    for j in 0 .. places - 1 do
                        accumulate left[at + j] gz[text] (j * padded) plane at padded

                for c in 0..lanes .. width - lanes do
                    let at = s * width + c
                    let counts = Vector<float>(block.Columns.Counts, c)

                    ((Vector<float>(plane, at) * Vector<float> v + Vector<float> bias) * counts)
                        .CopyTo(plane, at)

        TokenBlock.giveBack left

    /// Scores without noise: K ← v G_x K G_zᵀ + σ_b², Θ ← v G_x (Θ + 2K) G_zᵀ + σ_b².
    let linear (attention: Attention) (gx: float[]) (gz: float[][]) (block: TokenBlock) : TokenBlock =
        let scales = attention.Scales
        let v = scales.Output * scales.Output * scales.Value * scales.Value
        let bias = scales.Bias * scales.Bias

        if block.HasTheta then
            for k in 0..lanes .. block.Size - lanes do
                (Vector<float>(block.Theta, k) + Vector<float> 2.0 * Vector<float>(block.K, k))
                    .CopyTo(block.Theta, k)

            weigh v bias gx gz block block.Theta

        weigh v bias gx gz block block.K
        block

    /// Σ over one text's columns of a∘b.
    let private inner (block: TokenBlock) (text: int) (a: float[]) (b: float[]) =
        let padded = TokenColumns.up block.Columns.Masks[text].Length
        let mutable sum = Vector<float>.Zero

        for s in 0 .. block.Rows - 1 do
            let at = s * block.Width + block.Columns.Starts[text]

            for c in 0..lanes .. padded - lanes do
                sum <- sum + Vector<float>(a, at + c) * Vector<float>(b, at + c)

        Vector.Sum sum

    /// Σ_s a[s, s] over the places that a text among the columns has with the rows, times σ_p²; 0 without positions.
    let private placed (place: float) (block: TokenBlock) (text: int) (a: float[]) =
        let start = block.Columns.Starts[text]
        let mutable sum = 0.0

        if place > 0.0 then
            for s in 0 .. min block.Rows block.Columns.Masks[text].Length - 1 do
                sum <- sum + a[s * block.Width + start + s]

        place * sum

    /// Gaussian scores as they are, with M = K + σ_p² I by the places in the texts: K ← v c M + σ_b²,
    /// Θ ← v (c (Θ + σ_p² I + 4M) + (Σ (Θ + σ_p² I)∘K + Σ M∘Θ) M) + σ_b², c = Σ M∘K of each pair of texts.
    let gaussian (attention: Attention) (block: TokenBlock) : TokenBlock =
        let scales = attention.Scales
        let v = pown (scales.Query * scales.Key * scales.Value * scales.Output) 2
        let bias, place = scales.Bias * scales.Bias, scales.Position * scales.Position

        for text in 0 .. block.Columns.Masks.Length - 1 do
            let ofK = placed place block text block.K
            let c = inner block text block.K block.K + ofK

            let crossed =
                if block.HasTheta then
                    2.0 * inner block text block.K block.Theta + (ofK + placed place block text block.Theta)
                else
                    0.0

            let start = block.Columns.Starts[text]

            for s in 0 .. block.Rows - 1 do
                for t in start .. start + block.Columns.Masks[text].Length - 1 do
                    let at = s * block.Width + t
                    let counts = if block.Left[s] then block.Columns.Counts[t] else 0.0
                    let own = if t - start = s then place else 0.0
                    let m = block.K[at] + own

                    if block.HasTheta then
                        block.Theta[at] <-
                            counts * (v * (c * (block.Theta[at] + own + 4.0 * m) + crossed * m) + bias)

                    block.K[at] <- counts * (v * c * m + bias)

        block
