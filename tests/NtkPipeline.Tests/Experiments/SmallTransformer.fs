/// A small encoder's tweets for the tests of the experiment on the transformer: split, φ, heads, sketched gradients, kernels.
module NtkPipeline.Tests.SmallTransformer

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.StageRuns

let labelled, unlabelled = 44, 5

let weights = SmallEncoder.weights 3

let tokens: TweetTokens =
    let texts = SmallEncoder.texts 7 (labelled + unlabelled)

    { Labelled = texts[.. labelled - 1]; Test = texts[labelled..] }

let private silent = Action<int, int>(fun _ _ -> ())
let pooled: PooledTweets = run (PoolTweets.stage Device.Cpu silent) (weights, tokens) |> want

/// Every fourth row validates; row 5 was dropped, and row 2 has another target than label. Three folds.
let split: Split =
    let validation = [| 3..4 .. labelled - 1 |]
    let train = [| 0 .. labelled - 1 |] |> Array.except validation |> Array.except [ 5 ]
    let random = Random 4

    let labels =
        Array.init labelled (fun i ->
            if float pooled.Labelled[i, 0] + random.NextDouble() > 0.5 then 1.0 else -1.0)

    {
        SampleRuns.split with
            Train = train
            Validation = validation
            Folds = Array.init train.Length (fun k -> k % 3)
            Labels = labels
            Targets = labels |> Array.mapi (fun i y -> if i = 2 then -y else y)
            FitRows = Array.append train validation |> Array.sort
    }

let folds = 3
let targets = SplitTweets.targets split split.Train

/// Places, among the fitted rows, of a fold.
let held fold = [| 0 .. split.Train.Length - 1 |] |> Array.filter (fun k -> split.Folds[k] = fold)

/// The other label for every row of a fold.
let flipped fold : Split =
    let rows = held fold |> Array.map (fun place -> split.Train[place]) |> set

    {
        split with
            Targets = split.Targets |> Array.mapi (fun i y -> if rows.Contains i then -y else y)
    }

let heads (split: Split) : TransformerHeads = run TransformerHeads.stage (pooled, split) |> want

let sketch: SketchSettings = { Rank = 16; Block = 4; Rest = 64 }

/// Gradients with a head, in two tiles.
let tilesBy (gradients: TileGradients) (rows: TileRows) (head: LinearHead) : TangentRows list = [
    for number in 0..1 do
        let stage = TransformerTiles.stage Device.Cpu gradients "test" rows 2 number silent
        run stage (weights, (TransformerHeads.row head, (tokens, split))) |> want
]

/// The same, sketched.
let tiles: TileRows -> LinearHead -> TangentRows list =
    tilesBy (TileGradients.Sketched(sketch, Seed.root 2UL))

let frozen: Lazy<TransformerGram> = lazy (run (TransformerGrams.frozen KernelKind.Ntk) pooled |> want)

/// The tangent kernel of all rows with the labelled ones, the head's part included.
let tangent (head: LinearHead) : TransformerGram =
    run (TransformerGrams.tangent "test") (tiles TileRows.All head, pooled) |> want

let double (m: Matrix<float32>) : Matrix<float> = Matrix.map float m

/// k(x, z)/√(k(x, x) k(z, z)) of a kernel of labelled rows with themselves, or the kernel itself.
let formed isUnit (gram: Matrix<float>) : Matrix<float> =
    if isUnit then
        Matrix.init gram.Rows gram.Columns (fun i j -> gram[i, j] / sqrt (gram[i, i] * gram[j, j]))
    else
        gram

/// The mean diagonal at some rows.
let meanDiagonal (rows: int[]) (gram: Matrix<float>) = rows |> Array.averageBy (fun i -> gram[i, i])

/// f at other rows, fitted on some: another solver than the product's.
let direct ridge (gram: Matrix<float>) (rows: int[]) (targets: float[]) (others: int[]) : float[] =
    let alpha = KernelSamples.solve ridge (Matrix.gather rows rows gram) targets
    let cross = Matrix.gather others rows gram
    others |> Array.mapi (fun k _ -> KernelSamples.dot ((Matrix.row k cross).ToArray()) alpha)

/// f at every fitted row, its fold left out.
let outOfFold ridge (gram: Matrix<float>) (targets: float[]) : float[] =
    let own = Matrix.gather split.Train split.Train gram
    let all = Array.zeroCreate targets.Length

    for fold in 0 .. folds - 1 do
        let out = held fold
        KernelSamples.heldOut ridge own targets out |> Array.iteri (fun k f -> all[out[k]] <- f)

    all

let close within (a: float) b message = SmallTraining.close within a b message

/// The mean squared error.
let error (f: float[]) (y: float[]) = Array.map2 (fun f y -> (f - y) ** 2.0) f y |> Array.average
