/// The kernel of an infinitely wide network for one pair of texts, by the recursions as they are written: a witness that shares no
/// code with the product but the duals of activations.
module NtkPipeline.Tests.TokenReference

open NtkPipeline.Core
open NtkPipeline.Tests.TokenPair

/// K ← σ_w² K + σ_b², Θ ← σ_w² Θ + K.
let private dense (prior: Prior) (pair: Pair) =
    let next = mapAll (Array2D.map (fun k -> prior.WeightVariance * k)) pair
    let ofK = Array2D.map (fun k -> k + prior.BiasVariance)
    let xz = ofK next.XZ

    masked {
        next with
            XX = ofK next.XX
            XZ = xz
            ZZ = ofK next.ZZ
            Theta = combine (+) next.Theta xz
    }

let private windows (conv: Convolution) (pair: Pair) =
    let first = if conv.Padding = Padding.Same then -conv.Size / 2 else 0
    let at place a = place * conv.Stride + first + a

    let sums (k: float[,]) =
        let rows, columns = k.GetLength 0, k.GetLength 1
        let isIn size i = i >= 0 && i < size

        Array2D.init (Convolution.places rows conv) (Convolution.places columns conv) (fun s t ->
            Seq.init conv.Size (fun a ->
                if isIn rows (at s a) && isIn columns (at t a) then k[at s a, at t a] else 0.0)
            |> Seq.sum
            |> fun sum -> sum / float conv.Size)

    let mask (tokens: bool[]) =
        Array.init (Convolution.places tokens.Length conv) (fun s ->
            match conv.Padding with
            | Padding.Same -> tokens[s * conv.Stride]
            | Padding.Valid -> Seq.forall (fun a -> tokens[at s a]) (seq { 0 .. conv.Size - 1 }))

    { mapAll sums pair with MaskX = mask pair.MaskX; MaskZ = mask pair.MaskZ }

let private activate (activation: Activation) (pair: Pair) =
    let each f (k: float[,]) (p: int -> float) (q: int -> float) =
        Array2D.mapi (fun s t u -> f activation (Moments.ofProduct (sqrt (p s)) (sqrt (q t)) u)) k

    let x s = pair.XX[s, s]
    let z t = pair.ZZ[t, t]

    masked {
        pair with
            XX = each Dual.value pair.XX x x
            XZ = each Dual.value pair.XZ x z
            ZZ = each Dual.value pair.ZZ z z
            Theta = combine (*) pair.Theta (each Dual.slope pair.XZ x z)
    }

let private pool isMean (pair: Pair) =
    let count (mask: bool[]) = if isMean then mask |> Seq.filter id |> Seq.length |> max 1 |> float else 1.0

    let sum left right (k: float[,]) =
        Array2D.create 1 1 ((k |> Seq.cast<float> |> Seq.sum) / (count left * count right))

    {
        XX = sum pair.MaskX pair.MaskX pair.XX
        XZ = sum pair.MaskX pair.MaskZ pair.XZ
        ZZ = sum pair.MaskZ pair.MaskZ pair.ZZ
        Theta = sum pair.MaskX pair.MaskZ pair.Theta
        MaskX = [| true |]
        MaskZ = [| true |]
    }

let rec private layers (steps: Layer list) (pair: Pair) : Pair = (pair, steps) ||> List.fold step

and private step (pair: Pair) (layer: Layer) : Pair =
    match layer with
    | Dense(_, prior) -> dense prior pair
    | Activate activation -> activate activation pair
    | LayerNorm _ ->
        let over (p: int -> float) (q: int -> float) =
            Array2D.mapi (fun s t u -> if p s * q t = 0.0 then 0.0 else u / sqrt (p s * q t))

        let x s = pair.XX[s, s]
        let z t = pair.ZZ[t, t]

        {
            pair with
                XX = over x x pair.XX
                XZ = over x z pair.XZ
                ZZ = over z z pair.ZZ
                Theta = over x z pair.Theta
        }
    | Residual branch ->
        let above = layers branch pair

        {
            pair with
                XX = combine (+) pair.XX above.XX
                XZ = combine (+) pair.XZ above.XZ
                ZZ = combine (+) pair.ZZ above.ZZ
                Theta = combine (+) pair.Theta above.Theta
        }
    | Tokens(TokenLayer.Conv conv) -> windows conv pair |> dense conv.Prior
    | Tokens(TokenLayer.Attention attention) -> attend attention pair
    | Tokens TokenLayer.MeanPool -> pool true pair
    | Tokens TokenLayer.SumPool -> pool false pair
    | Tokens TokenLayer.Flatten ->
        let tokens = pair.XX.GetLength 0

        let mean (k: float[,]) =
            Array2D.create 1 1 (Seq.sum (seq { for t in 0 .. tokens - 1 -> k[t, t] }) / float tokens)

        { mapAll mean pair with MaskX = [| true |]; MaskZ = [| true |] }

/// What a network makes of a pair of texts: rows are tokens, and padding is where the mask is false.
let ofPair (network: Network) (x: float[][], maskX: bool[]) (z: float[][], maskZ: bool[]) : Pair =
    let moments (a: float[][]) (b: float[][]) =
        Array2D.init a.Length b.Length (fun s t ->
            Array.fold2 (fun sum u v -> sum + u * v) 0.0 a[s] b[t] / float a[s].Length)

    masked {
        XX = moments x x
        XZ = moments x z
        ZZ = moments z z
        Theta = Array2D.zeroCreate x.Length z.Length
        MaskX = maskX
        MaskZ = maskZ
    }
    |> layers network.Layers
