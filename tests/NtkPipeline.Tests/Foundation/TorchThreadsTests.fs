module NtkPipeline.Tests.TorchThreadsTests

open System
open System.Threading
open Expecto
open TorchSharp
open NtkPipeline.Core

/// A product and a sum that LibTorch cuts by the number of its threads.
let private product (seed: int64) =
    use _ = torch.NewDisposeScope()
    use _ = torch.no_grad ()
    use generator = new torch.Generator(uint64 seed)
    let x = torch.randn ([| 300L; 700L |], generator = generator)
    x.mm(x.t ()).sum([| 0L |]) |> Tensors.toArray32

let tests =
    testList "TorchThreads" [
        testCase "results stand in the order of the things, whichever ends first"
        <| fun () ->
            let late k =
                Thread.Sleep(if k = 0 then 60 else 0)
                10 * k

            Expect.equal (TorchThreads.sideBySide torch.CPU late [| 0..20 |]) [| 0..10..200 |] "in order"
            Expect.equal (TorchThreads.sideBySide torch.CPU late [||]) [||] "none"

        testCase "each has one of LibTorch's threads, and the caller keeps its own"
        <| fun () ->
            let before = torch.get_num_threads ()
            let each = TorchThreads.sideBySide torch.CPU (fun _ -> torch.get_num_threads ()) [| 0..7 |]
            Expect.allEqual each 1 "one"
            Expect.equal (torch.get_num_threads ()) before "as before"

        testCase "the bits of each are those of one thread, alone or beside others"
        <| fun () ->
            let seeds = [| 1L .. 12L |]
            let together = TorchThreads.sideBySide torch.CPU product seeds

            let alone =
                seeds |> Array.map (fun seed -> (TorchThreads.sideBySide torch.CPU product [| seed |])[0])

            Expect.equal together alone "the same bits"

        testCase "what fails in one fails for the caller"
        <| fun () ->
            Expect.throwsT<InvalidOperationException>
                (fun () ->
                    TorchThreads.sideBySide torch.CPU (fun k -> if k = 3 then invalidOp "three" else k) [|
                        0..9
                    |]
                    |> ignore)
                "its exception"
    ]
