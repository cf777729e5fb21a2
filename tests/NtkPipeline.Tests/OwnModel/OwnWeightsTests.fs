module NtkPipeline.Tests.OwnWeightsTests

open System
open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.OwnLanes

let private written (codec: Codec<'a>) (value: 'a) =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.ToArray()

let private read (bytes: byte[]) =
    use stream = new MemoryStream(bytes)
    OwnWeights.codec.Read stream

let private numbers weights =
    match weights with
    | OwnWeights.Single m -> Array.map float m.Values
    | OwnWeights.Double m -> m.Values

let tests =
    testList "weights of a model's file" [
        for name, isDouble, write, tolerance in formats do
            testCase $"%s{name}: the model stands where it stood after training again, also through the store"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let network = Networks.parse networks[0]
                let bytes = write network (drawn network)
                let f, other = opened 3 bytes, opened 3 bytes
                let lane = OwnTraining.lane f kept (targets 3) held
                let steps = training Optimiser.Descent 0.4 5
                let path = OwnTraining.ofModel steps seed (fun _ -> true) f lane
                let weights = OwnWeights.ofModel f
                Expect.equal (numbers weights).LongLength (OwnModel.count f.Model) "every parameter"

                match weights with
                | OwnWeights.Single _ -> Expect.isFalse isDouble "in its own precision"
                | OwnWeights.Double _ -> Expect.isTrue isDouble "in its own precision"

                let stored = Expect.wantOk (read (written OwnWeights.codec (Some weights))) "read"
                let back = Expect.wantSome stored "there"
                let before = numbers (OwnWeights.ofModel other)
                Expect.notEqual before (numbers weights) "it has learnt"
                OwnWeights.put back other
                Expect.equal (OwnWeights.ofModel other) weights "bit for bit"

                OwnFunction.values other lane.Held |> OwnNetworks.near tolerance (Array.last path.Outputs)

        testCase "none comes back, and what is neither is refused"
        <| fun () ->
            Expect.equal (read (written OwnWeights.codec None)) (Ok None) "none"
            let parts = Codec.pair ("single", Codec.matrix32) ("double", Codec.matrix64)
            let one = Matrix.create 1 2 [| 1.0f; 2.0f |], Matrix.create 1 1 [| 1.0 |]
            Expect.isError (read (written parts one)) "both"
            let two = Matrix.create 2 1 [| 1.0f; 2.0f |], Matrix.create 0 1 [||]
            Expect.isError (read (written parts two)) "two models"
            let bytes = written OwnWeights.codec (Some(OwnWeights.Double(Matrix.create 1 1 [| 1.0 |])))
            Expect.isError (read bytes[.. bytes.Length - 9]) "cut"

        testCase "weights of another model are our bug"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse networks[0]
            let _, _, write, _ = formats[1]
            let f = opened 3 (write network (drawn network))
            let few = OwnWeights.Double(Matrix.create 1 3 [| 1.0; 2.0; 3.0 |])
            Expect.throwsT<ArgumentException> (fun () -> OwnWeights.put few f) "three numbers"
    ]
