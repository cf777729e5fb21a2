module NtkPipeline.Tests.ReluStackTests

open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests

let tests =
    testList "ReluStack" [
        for widths in [ [ 5; 7 ]; [ 5; 7; 6 ]; [ 4; 3; 9; 2; 8 ]; [ 5 ] ] do
            testCase $"steps are autograd's, with widths %A{widths}"
            <| fun () ->
                use _ = torch.NewDisposeScope()
                let stack = SmallStack.stack 1L widths
                let x, y = SmallStack.normal 20L [ 40; widths.Head ], SmallStack.signs 21L 40
                let mutable witness = SmallStack.clone stack

                for k in 0..19 do
                    let batch = SmallStack.rows (seq { for i in 0 .. 7 + k % 3 -> (11 * k + 3 * i) % 40 })
                    let x, y = x.index_select (0L, batch), y.index_select (0L, batch)
                    let loss, next = SmallStack.autogradStep 0.7 x y witness
                    let ours = (stack |> ReluStack.step 0.7 x y).item<float>()
                    Expect.isLessThan (abs (ours - loss)) 1e-12 "the loss before the step"
                    witness <- next

                for a, b in Array.zip stack.Weights witness.Weights do
                    Expect.isLessThan (SmallStack.furthest a b) 1e-10 "the weights after 20 steps"

                let moved = SmallStack.furthest stack.Weights[0] (SmallStack.stack 1L widths).Weights[0]
                Expect.isGreaterThan moved 0.01 "and they have moved"

        testCase "outputs of many rows, in blocks, are those of the formula as it is written"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let stack = SmallStack.stack 2L [ 3; 4; 5 ]
            let x = SmallStack.normal 3L [ 2500; 3 ]
            let f = ReluStack.outputs x stack
            Expect.equal (List.ofArray f.shape) [ 2500L; 1L ] "one column"
            Expect.isLessThan (SmallStack.furthest f (SmallStack.written stack x)) 1e-12 "the same"

        testCase "a network's own output scale multiplies the stack's; a centred one is refused"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let network = Networks.parse "dense 6 w=1.3 | relu | dense 1 | scale(2)"
            let theta = Forward.draw network 3 (Seed.root 1UL) torch.ScalarType.Float64
            let x = SmallStack.normal 8L [ 5; 3 ]
            let f = ReluStack.outputs x (ReluStack.ofNetwork network theta 1.5)
            let expected = (Forward.apply network theta x).mul((1.5).ToScalar())
            Expect.isLessThan (SmallStack.furthest f expected) 1e-14 "1.5 · 2 · y"

            Expect.throwsT<System.ArgumentException>
                (fun () -> ReluStack.ofNetwork (Network.centred network) theta 1.0 |> ignore)
                "centred"

        testCase "gates say which units are on"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let stack = SmallStack.stack 4L [ 3; 4; 5 ]
            let x = SmallStack.normal 5L [ 1500; 3 ]
            let first = x.mm(stack.Weights[0].t()).relu()
            let second = first.mm (stack.Weights[1].t())
            let zero = (0.0).ToScalar()
            let expected = torch.cat ([| first.gt zero; second.gt zero |], 1L)
            let differing = (ReluStack.gates x stack).ne(expected).sum().item<int64>()
            Expect.equal differing 0L "both layers, side by side"

        testCase "no rows have no outputs"
        <| fun () ->
            use _ = torch.NewDisposeScope()
            let f = SmallStack.stack 6L [ 3; 4 ] |> ReluStack.outputs (SmallStack.normal 7L [ 0; 3 ])
            Expect.equal (List.ofArray f.shape) [ 0L; 1L ] "0 × 1"
    ]
