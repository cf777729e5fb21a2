namespace NtkPipeline.Core

/// The moments of all pairs of tokens of (x, x), (x, z), (z, z), and Θ of (x, z), between two layers.
type TokenState = {
    Xx: TokenMoments
    Xz: TokenMoments
    Zz: TokenMoments
    Theta: float[]
    /// Units a token.
    Width: int
}

/// What layers make of a state; the formulas stand at `SequenceNtk`.
[<RequireQualifiedAccess>]
module TokenState =

    /// The same done to all three; Θ as it is.
    let each (f: TokenMoments -> TokenMoments) (state: TokenState) : TokenState = {
        state with
            Xx = f state.Xx
            Xz = f state.Xz
            Zz = f state.Zz
    }

    /// Θ of a state's new moments, of every pair that counts.
    let theta (entry: int -> float) (state: TokenState) : TokenState =
        let left, right = state.Xz.Left, state.Xz.Right
        let columns = right.Length

        {
            state with
                Theta =
                    Array.init (left.Length * columns) (fun k ->
                        if left[k / columns] && right[k % columns] then entry k else 0.0)
        }

    let dense (width: Width) (prior: Prior) (below: TokenState) : TokenState =
        let above = below |> each (TokenMoments.map (Moments.affine prior.WeightScale prior.BiasScale))

        let own k =
            match prior.Parameterisation with
            | Ntk -> above.Xz.Pairs[k].Uv
            | Standard -> float below.Width * below.Xz.Pairs[k].Uv + (if prior.HasBias then 1.0 else 0.0)

        { above with Width = width.Value } |> theta (fun k -> prior.WeightVariance * below.Theta[k] + own k)

    let conv (conv: Convolution) (below: TokenState) : TokenState =
        let x, z = TokenMoments.norms below.Xx, TokenMoments.norms below.Zz
        let summed = PairSums.windows conv x.Length z.Length below.Theta
        let xz = TokenMoments.windows conv x z below.Xz

        {
            Xx = TokenMoments.windows conv x x below.Xx
            Xz = xz
            Zz = TokenMoments.windows conv z z below.Zz
            Theta = summed
            Width = conv.Width.Value
        }
        |> theta (fun k -> xz.Pairs[k].Uv + conv.Prior.WeightVariance * summed[k])

    /// The state with these products of all three pairs of texts, and Θ.
    let private ofProducts
        (left: bool[])
        (right: bool[])
        (xx: float[], xz: float[], zz: float[])
        entry
        state
        =
        let squares (valid: bool[]) (products: float[]) =
            Array.init valid.Length (fun s -> max 0.0 products[s * valid.Length + s])

        let uus, vvs = squares left xx, squares right zz

        {
            state with
                Xx = TokenMoments.ofProducts left left uus uus xx
                Xz = TokenMoments.ofProducts left right uus vvs xz
                Zz = TokenMoments.ofProducts right right vvs vvs zz
        }
        |> theta entry

    let attention (attention: Attention) (below: TokenState) : TokenState =
        let scales = attention.Scales
        let bias = scales.Bias * scales.Bias
        let left, right = below.Xz.Left, below.Xz.Right

        let xx, xz, zz =
            TokenMoments.products below.Xx, TokenMoments.products below.Xz, TokenMoments.products below.Zz

        match attention.Scale with
        | ScoreScale.Linear ->
            let v = scales.Output * scales.Output * scales.Value * scales.Value

            let gx, gz =
                AttentionScores.ofMoments attention left xx, AttentionScores.ofMoments attention right zz

            let weighed a (m: TokenMoments) g h =
                PairSums.between g a h m.Left.Length m.Right.Length |> Array.map (fun sum -> v * sum + bias)

            let theta = weighed (Array.map2 (fun theta k -> theta + 2.0 * k) below.Theta xz) below.Xz gx gz

            below
            |> ofProducts
                left
                right
                (weighed xx below.Xx gx gx, weighed xz below.Xz gx gz, weighed zz below.Zz gz gz)
                (fun k -> theta[k])
        | ScoreScale.Sqrt ->
            let v = pown (scales.Query * scales.Key * scales.Value * scales.Output) 2

            let placed = PairSums.placed (scales.Position * scales.Position)

            let grown (valid: bool[]) (products: float[]) =
                let seen = placed valid.Length products
                let c = PairSums.inner seen products
                seen |> Array.map (fun m -> v * c * m + bias)

            let seen, trained = placed right.Length xz, placed right.Length below.Theta
            let c = PairSums.inner seen xz
            let crossed = PairSums.inner trained xz + PairSums.inner seen below.Theta

            below
            |> ofProducts left right (grown left xx, grown right xz, grown right zz) (fun k ->
                v * (c * (trained[k] + 4.0 * seen[k]) + crossed * seen[k]) + bias)

    let private pool
        (ofPair: TokenMoments -> float[] -> float)
        (width: int)
        (below: TokenState)
        : TokenState =
        let sum (m: TokenMoments) = [| ofPair m (TokenMoments.products m) |]
        let theta = ofPair below.Xz below.Theta

        { below with Width = width }
        |> ofProducts [| true |] [| true |] (sum below.Xx, sum below.Xz, sum below.Zz) (fun _ -> theta)

    /// Σ/(n_x n_z); 0 where there are no tokens.
    let private mean (m: TokenMoments) (values: float[]) =
        let count (valid: bool[]) = valid |> Seq.filter id |> Seq.length |> max 1 |> float
        Array.sum values / (count m.Left * count m.Right)

    let meanPool (below: TokenState) : TokenState = pool mean below.Width below

    let sumPool (below: TokenState) : TokenState = pool (fun _ values -> Array.sum values) below.Width below

    let flatten (below: TokenState) : TokenState =
        let width = below.Width * max 1 below.Xz.Left.Length
        pool (fun m values -> PairSums.diagonal m.Left.Length values) width below
