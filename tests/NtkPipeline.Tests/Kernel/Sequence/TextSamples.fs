/// Texts and networks over tokens that several tests range over.
module NtkPipeline.Tests.TextSamples

open System
open Expecto
open NtkPipeline.Core

let parse (text: string) : Network = Expect.wantOk (NetworkText.parseAny text) text

/// Networks with a kernel in closed form, of every layer; `isPooled` those that end in one vector a text.
let pooled = [
    "conv 64 size=3 | relu | mean-pool | dense 1"
    "conv 8 size=3 w=1.4 b=0.2 | relu | dense 4 b=0.1 | mean-pool"
    "dense 8 w=1.2 b=0.3 | leaky-relu(0.2) | conv 8 size=5 b=0.1 | erf | sum-pool | dense 1 b=0.2"
    "conv 8 size=2 pad=valid b=0.3 | abs | conv 4 size=3 stride=2 w=1.5 | mean-pool | relu | dense 1"
    "attention 4 | mean-pool | dense 1"
    "dense 8 w=1.3 b=0.2 | attention 4 q=1.4 b=0.3 | relu | mean-pool | dense 1 b=0.1"
    "attention 2 scores=identity v=1.1 | dense 5 | gelu | mean-pool | dense 1"
    "dense 6 | attention 2 scores=relu position=0.7 b=0.2 | sum-pool | dense 1"
    "dense 6 b=0.1 | attention 2 scores=abs k=0.5 | mean-pool | dense 2"
    "dense 8 | attention 4 scale=sqrt scores=identity q=0.7 b=0.2 | relu | mean-pool | dense 1"
    "dense 8 b=0.1 | attention 4 scale=sqrt scores=identity k=0.8 b=0.2 position=0.9 | relu | mean-pool | dense 1"
    "conv 8 size=3 stride=2 b=0.1 | attention 2 scale=sqrt scores=identity position=0.6 | mean-pool | dense 1"
    "dense 8 b=0.2 | residual(relu | conv 8 size=3 w=0.8 b=0.1) | layer-norm(0.1) | relu | mean-pool | dense 1"
    "dense 8 | residual(attention 2 | relu | dense 8) | layer-norm | cos | mean-pool | dense 1 | scale(2.5)"
    "dense 8 param=standard b=0.3 | relu | mean-pool | dense 1 param=standard"
    "mean-pool | dense 8 b=0.1 | relu | dense 1"
]

let unpooled = [
    "dense 8 b=0.2 | relu | dense 1"
    "conv 8 size=3 b=0.2 | relu | conv 1 size=3"
    "attention 4 scale=sqrt scores=identity"
    "conv 8 size=2 pad=valid | attention 4 scale=sqrt scores=identity position=0.7 b=0.1"
    "attention 4 b=0.4 | relu | dense 1"
    "conv 8 size=2 pad=valid stride=2 | relu | dense 1 b=0.3"
]

let normal (random: Random) =
    sqrt (-2.0 * log (1.0 - random.NextDouble())) * cos (2.0 * Math.PI * random.NextDouble())

/// So many texts of up to `places` tokens, of a few distinct words, some of them masked within, one empty, one of a single token.
let texts (seed: int) (count: int) (places: int) (features: int) : float[] * bool[] =
    let random = Random seed
    let words = Array.init 5 (fun _ -> Array.init features (fun _ -> normal random))

    let valid =
        Array.init count (fun i ->
            let length =
                match i with
                | 1 -> 0
                | 2 -> 1
                | _ -> random.Next(1, places + 1)

            Array.init places (fun t -> t < length && (i <= 2 || random.Next 5 > 0)))
        |> Array.concat

    let values =
        valid
        |> Array.collect (fun isThere ->
            if not isThere then Array.zeroCreate features
            elif random.Next 2 = 0 then words[random.Next words.Length]
            else Array.init features (fun _ -> normal random))

    values, valid

/// Texts as tiles read them.
let source name count places features (values: float[], valid: bool[]) : TextSource =
    let mask = Matrix.create count places (valid |> Array.map (fun isThere -> if isThere then 1.0 else 0.0))
    let rows = RowSource.ofMatrix (Matrix.create count (places * features) values)
    Expect.wantOk (TextSource.create name places features rows (Some mask)) name

/// The analytic kernel, planned within so much memory.
let plan (memory: float) kind (network: Network) (x: TextSource) (z: TextSource option) =
    let machine = {
        Memory = memory
        Tensors = lazy (invalidOp "an analytic kernel needs no tensors")
    }

    let request = Expect.wantOk (KernelRequest.create network kind None) "a request"
    SequenceRequest.double machine request x z

/// A kernel's whole array, in C order.
let kernel kind (network: Network) (x: TextSource) (z: TextSource option) : float[] =
    let job = Expect.wantOk (plan 1e9 kind network x z) (NetworkText.print network)
    Expect.wantOk (KernelTiles.toArray job.Tiles) "computed"

let text (features: int) (values: float[]) (valid: bool[]) : TokenText = {
    Tokens = UnitRows.ofMatrix (Matrix.create valid.Length features values)
    Valid = valid
}

let define (network: Network) features (x: TokenText) (z: TokenText) : PairKernels =
    SequenceNtk.ofPair Integrals.byQuadrature network features x z

let near tolerance (expected: float) (found: float) what =
    let gap = abs (found - expected)
    Expect.isLessThanOrEqual gap tolerance $"%s{what}: %.17g{found}, not %.17g{expected}"

/// Nine texts of up to seven tokens.
let places, features, count = 7, 3, 9

let sample seed = texts seed count places features

let sourceOf name values = source name count places features values

/// Text i as the definition takes it: its padding cut off.
let one (values: float[], valid: bool[]) i =
    let length = 1 + Array.FindLastIndex(valid, (i + 1) * places - 1, places, Predicate id)
    let length = max 0 (length - i * places)

    text
        features
        (Array.sub values (i * places * features) (length * features))
        (Array.sub valid (i * places) length)

let kinds = KernelKind.all

let largest (values: float[]) = values |> Array.map abs |> Array.max

/// Entries agree to within a share of the largest.
let agree tolerance (expected: float[]) (found: float[]) what =
    Expect.hasLength found expected.Length what
    let scale = tolerance * (largest expected + 1e-300)
    Array.iteri2 (fun k e f -> near scale e f $"%s{what}, entry %d{k}") expected found

let placesOf network = if Network.gathers network then 1 else TokenWindows.places network.Layers places
