module NtkPipeline.Tests.BertTangentTests

open Expecto
open TorchSharp
open NtkPipeline.Core

let private shape = SmallEncoder.shape

let private embed pooling (parameters: Map<string, torch.Tensor>) batch =
    BertEncoder.embed pooling shape (BertEncoder.layers shape parameters) batch

let private gap (a: torch.Tensor) (b: torch.Tensor) = ((a - b).norm() / b.norm ()).item<float>()

/// A direction in these parameters, of the size of the parameters themselves.
let private direction seed (isIn: string -> bool) : Map<string, torch.Tensor> =
    SmallEncoder.tensors (SmallEncoder.weights seed) |> Map.filter (fun name _ -> isIn name)

let private moved
    (parameters: Map<string, torch.Tensor>)
    (directions: Map<string, torch.Tensor>)
    (by: torch.Tensor)
    =
    parameters
    |> Map.map (fun name parameter ->
        match Map.tryFind name directions with
        | Some direction -> parameter + by * direction
        | None -> parameter)

/// By two reverse passes.
let private twiceBackward pooling parameters directions batch =
    let along (t: torch.Tensor) = embed pooling (moved parameters directions t[0L]) batch

    Differentiate.jacobianv
        along
        (torch.zeros (1L, dtype = torch.float64))
        (torch.ones (1L, dtype = torch.float64))

let private push pooling parameters directions batch =
    BertTangent.push pooling shape parameters directions batch

/// Every kind of parameter by itself, and all together.
let private kinds: (string * (string -> bool)) list = [
    "all", fun _ -> true
    "words", (=) EncoderShape.words
    "positions", (=) EncoderShape.positions
    "types", (=) EncoderShape.types
    "gains", _.Contains("LayerNorm.weight")
    "shifts", _.Contains("LayerNorm.bias")
    "queries", _.Contains(EncoderShape.query)
    "keys", _.Contains(EncoderShape.key)
    "values", _.Contains(EncoderShape.value)
    "attended", _.Contains(EncoderShape.attended)
    "inner", _.Contains(EncoderShape.inner)
    "last block alone", _.StartsWith(EncoderShape.layer 1 + EncoderShape.outer)
]

let tests =
    testList "BertTangent" [
        for kind, isIn in kinds do
            testCase $"forward mode is two reverse passes, and central differences: %s{kind}"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let parameters = SmallEncoder.tensors (SmallEncoder.weights 3)
                let directions = direction 4 isIn
                let batch = SmallEncoder.batch (SmallEncoder.texts 5 9)

                for pooling in [ Pooling.Mean; Pooling.Cls ] do
                    let value, derivative = push pooling parameters directions batch
                    Expect.isLessThan (gap value (embed pooling parameters batch)) 1e-14 "φ itself"

                    Expect.isLessThan
                        (gap derivative (twiceBackward pooling parameters directions batch))
                        1e-12
                        "two reverse passes"

                    let at (t: float) = embed pooling (moved parameters directions (torch.tensor t)) batch

                    let h = 1e-3

                    let near, far =
                        (at h - at -h) / (2.0 * h).ToScalar(),
                        (at (2.0 * h) - at (-2.0 * h)) / (4.0 * h).ToScalar()

                    let differences = (near * (4.0).ToScalar() - far) / (3.0).ToScalar()
                    Expect.isLessThan (gap derivative differences) 1e-6 "differences of fourth order"

        testCase "it is linear in the direction, and 0 along none"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let parameters = SmallEncoder.tensors (SmallEncoder.weights 3)
            let batch = SmallEncoder.batch (SmallEncoder.texts 6 5)
            let a, b = direction 7 (fun _ -> true), direction 8 (fun name -> name.Contains "attention")
            let along directions = push Pooling.Mean parameters directions batch |> snd

            let both =
                a
                |> Map.map (fun name a ->
                    match Map.tryFind name b with
                    | Some b -> a * (2.0).ToScalar() - b
                    | None -> a * (2.0).ToScalar())

            Expect.isLessThan (gap (along both) (along a * (2.0).ToScalar() - along b)) 1e-13 "2a − b"
            Expect.equal ((along Map.empty).abs().max().item<float>()) 0.0 "none"

        testCase "a direction that no parameter has is the caller's mistake"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let parameters = SmallEncoder.tensors (SmallEncoder.weights 3)
            let batch = SmallEncoder.batch (SmallEncoder.texts 6 5)

            for name, sizes in [ "nothing", [| 1L |]; EncoderShape.words, [| 2L; 2L |] ] do
                Expect.throwsT<System.ArgumentException>
                    (fun () ->
                        push
                            Pooling.Mean
                            parameters
                            (Map [ name, torch.zeros (sizes, dtype = torch.float64) ])
                            batch
                        |> ignore)
                    name
    ]
