module NtkPipeline.Tests.TokenLimitTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.TokenPair

let private f64 = torch.ScalarType.Float64
let private tokens, features = 4, 8

/// A whole text, a short one, and one with a hole.
let private masks = [|
    [| true; true; true; true |]
    [| true; true; false; false |]
    [| true; false; true; true |]
|]

/// Tokens of a text are alike in part, as those of a tweet are.
let private values () =
    use _ = torch.NewDisposeScope()
    let generator = Seed.generator (Seed.root 9UL)
    let found = torch.randn ([| 3L; int64 tokens; int64 features |], dtype = f64, generator = generator)
    (found + found.mean ([| 1L |], keepdim = true)).MoveToOuterDisposeScope()

let private texts (masks: bool[][]) =
    let mask = Array2D.init masks.Length tokens (fun i t -> if masks[i][t] then 1.0 else 0.0)
    TextTensor.create (values ()) (torch.tensor mask)

let private rows (masks: bool[][]) (i: int) =
    use _ = torch.NewDisposeScope()
    let m = Tensors.toMatrix64 (values().select(0L, int64 i))
    Array.init tokens (fun t -> Array.init features (fun k -> m[t, k])), masks[i]

/// At these widths the bias of a finite network, of order 1/width, is below the standard error of 64; one hidden layer has none.
let private plain = [
    "dense 256 w=1.2 b=0.3 | relu | dense 256 b=0.1 | erf | mean-pool | dense 1"
    "conv 512 size=3 w=1.4 b=0.2 | relu | mean-pool | dense 1 b=0.1"
    "conv 512 size=3 b=0.2 stride=2 | relu | sum-pool | dense 1"
    "conv 512 size=2 pad=valid b=0.2 | relu | mean-pool | dense 1"
    "conv 256 size=3 b=0.2 | relu | conv 256 size=3 | erf | mean-pool | dense 1"
    "dense 256 b=0.3 | layer-norm | relu | sum-pool | dense 1"
    "dense 256 b=0.3 | residual(relu | conv 256 size=3 w=0.7) | mean-pool | dense 1"
]

/// With keys of m units the bias of an attention shows (at m = 256 it is 3 to 4 standard errors): it is extrapolated.
let private extrapolated = [
    "dense m | attention 2 b=0.3 | relu | mean-pool | dense 1"
    "dense m b=0.2 | attention 2 scores=identity q=0.8 v=1.2 | mean-pool | dense 1"
    "dense m b=0.2 | attention 2 scores=relu o=0.9 | relu | mean-pool | dense 1"
    "dense m | attention 2 scores=abs b=0.3 | sum-pool | dense 1"
    "dense m | attention 2 position=1.1 b=0.3 | relu | mean-pool | dense 1"
    "dense m b=0.2 | attention 2 scores=relu position=0.7 k=0.8 | mean-pool | dense 1"
    "dense m b=0.2 | attention 2 scale=sqrt scores=identity q=0.8 k=1.1 v=1.2 o=0.9 b=0.3 | mean-pool | dense 1"
    "dense m b=0.2 | attention 2 scale=sqrt scores=identity q=0.8 k=1.1 b=0.3 position=0.9 | mean-pool | dense 1"
]

/// The kernel of every pair by the recursion.
let private analytic (of': Pair -> float[,]) network masks =
    Matrix.init 3 3 (fun i j -> (of' (TokenReference.ofPair network (rows masks i) (rows masks j))).[0, 0])

let private furthest (found: Estimate) (exact: Matrix<float>) =
    seq {
        for i in 0..2 do
            for j in 0..i -> abs (found.Mean[i, j] - exact[i, j]) / found.StandardError[i, j], $"%d{i}, %d{j}"
    }
    |> Seq.max

let private ntk network masks seed =
    use _ = torch.NewDisposeScope()
    MonteCarlo.ntk network (Seed.root seed) 64 ignore (texts masks) None

let private wantNear (found: Estimate) (exact: Matrix<float>) =
    let distance, pair = furthest found exact
    Expect.isLessThan distance 3.0 $"Θ of texts %s{pair}"

let private check network masks = wantNear (ntk network masks 1UL) (analytic _.Theta network masks)

/// 2 Θ_m − Θ_{m/2}: without the term in 1/m.
let private checkExtrapolated (text: string) =
    let network (m: int) = Networks.overTokens (text.Replace("dense m", $"dense %d{m}"))
    let wide, narrow = ntk (network 128) masks 1UL, ntk (network 64) masks 2UL

    let both f (a: Matrix<float>) (b: Matrix<float>) = Matrix.init 3 3 (fun i j -> f a[i, j] b[i, j])

    wantNear
        {
            wide with
                Mean = both (fun w n -> 2.0 * w - n) wide.Mean narrow.Mean
                StandardError =
                    both (fun w n -> sqrt (4.0 * w * w + n * n)) wide.StandardError narrow.StandardError
        }
        (analytic _.Theta (network 128) masks)

/// 6 pairs of texts a network: a Student's t of 63 degrees lies beyond ±3 with probability 0.0039, so that 0.3 of all would by chance.
let tests =
    testList
        "TokenLimit: the mean over 64 networks is the kernel of the infinitely wide one, within 3 standard errors"
        [
            for text in plain do
                testCase text <| fun () -> check (Networks.overTokens text) masks

            for text in extrapolated do
                testCase $"%s{text}, extrapolated from m = 64 and 128" <| fun () -> checkExtrapolated text

            testCase "flatten, of texts of one length"
            <| fun () ->
                check
                    (Networks.overTokens "conv 256 size=3 b=0.2 | relu | flatten | dense 256 | relu | dense 1")
                    (Array.create 3 (Array.create tokens true))

            testCase "K, too, of outputs of many units"
            <| fun () ->
                use _ = torch.NewDisposeScope()

                for text in
                    [
                        "conv 256 size=3 b=0.2 | relu | mean-pool | dense 64 b=0.1"
                        "dense 256 | attention 4 b=0.3 | relu | mean-pool | dense 64"
                    ] do
                    let network = Networks.overTokens text
                    let found = MonteCarlo.nngp network (Seed.root 1UL) 64 ignore (texts masks) None
                    let distance, pair = furthest found (analytic _.XZ network masks)
                    Expect.isLessThan distance 3.0 $"%s{text}: K of texts %s{pair}"
        ]
