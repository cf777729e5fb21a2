module NtkPipeline.Tests.KernelLanesTests

open System
open System.Collections.Concurrent
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.Networks

let private network = parse "dense 9 w=1.4 | relu | dense 9 | relu | dense 1"

/// More block rows than lanes, and a last one that is not whole.
let private side = UnheldKernel.side
let private count = side * 16 + 7

let private x = normal 3 count 5
let private v = normal 4 3 count

/// The kernel as one machine has it, with what its entries are made of.
let private kernel isSingle =
    let source, xs = Expect.wantOk (KernelSource.create KernelKind.Ntk network isSingle x) "a kernel"
    source, UnheldKernel.symmetric source xs

/// The same kernel, and the places of the tiles that it has made.
let private watch (tiles: UnheldKernel) =
    let made = ConcurrentBag<int * int>()

    made,
    {
        tiles with
            Fill =
                fun buffer top left ->
                    made.Add(top, left)
                    tiles.Fill buffer top left
    }

/// K·v where so many makers, each with a kernel of its own, have the lanes that `owner` gives them.
let private divided makers owner (kernelOf: unit -> UnheldKernel) products =
    let lanes = [| 0 .. KernelLanes.count count - 1 |]
    let kernels = Array.init makers (fun _ -> kernelOf ())

    [
        for _ in 1..products do
            let parts = Array.zeroCreate lanes.Length

            for maker in 0 .. makers - 1 do
                let own = lanes |> Array.filter (fun lane -> owner lane = maker)

                KernelLanes.parts kernels[maker] own v
                |> Array.iter2 (fun lane part -> parts[lane] <- part) own

            KernelLanes.sum parts
    ]

let tests =
    testList "lanes of a kernel" [
        for isSingle in [ true; false ] do
            testCase $"any division among makers gives the bits of one, float32 entries: %b{isSingle}"
            <| fun () ->
                let whole = KernelProduct.multiply (kernel isSingle |> snd) v

                let held share () =
                    let source, tiles = kernel isSingle
                    Expect.equal source.Plan.IsSome isSingle "by a table, or by the definition"
                    let all = KernelLanes.bytes source count [ 0..15 ]
                    KeptTiles.remember (all * share / 2L) source tiles

                let random = Random 1
                let drawn = Array.init 16 (fun _ -> random.Next 3)

                let divisions = [
                    "one", 1, (fun _ -> 0)
                    "two in turn", 2, (fun lane -> lane % 2)
                    "three by chance", 3, (fun lane -> drawn[lane])
                    "three, one idle", 3, (fun lane -> if lane < 5 then 0 else 2)
                    "a lane each", 16, id
                ]

                for name, makers, owner in divisions do
                    // Entries by the definition take long.
                    for share in (if isSingle then [ 0L; 1L; 2L ] else [ 1L ]) do
                        for product in divided makers owner (held share) 2 do
                            Expect.equal product whole $"%s{name}, %d{share} halves of the tiles held"

        testCase "each tile above the diagonal is made once, by its lane, and lanes cost nearly alike"
        <| fun () ->
            let source, tiles = kernel true
            let made, watched = watch tiles
            let blocks = 17
            let costs = Array.init 16 (KernelLanes.tiles count)

            for lane in 0..15 do
                let before = made.Count
                KernelLanes.parts watched [| lane |] v |> ignore
                Expect.equal (int64 (made.Count - before)) costs[lane] "as many as it says"

            Expect.equal
                (made |> Seq.sort |> List.ofSeq)
                [
                    for top in 0 .. blocks - 1 do
                        for left in top .. blocks - 1 do
                            side * top, side * left
                ]
                "none twice, none forgotten"

            Expect.equal
                (KernelLanes.bytes source count [ 2; 3 ])
                ((costs[2] + costs[3]) * int64 (side * side) * 4L)
                "float32"

            let large = Array.init 16 (KernelLanes.tiles 50_000)
            Expect.isLessThan (float (Array.max large) / float (Array.min large)) 1.03 "50,000 rows"

        testCase "only the tiles of the lanes that are asked for are held"
        <| fun () ->
            let source, tiles = kernel true
            let made, watched = watch tiles
            let lanes = [| 1; 4; 9 |]
            let kept = KeptTiles.remember (KernelLanes.bytes source count lanes) source watched
            let parts = [ for _ in 1..3 -> KernelLanes.parts kept lanes v ]
            let cost = lanes |> Array.sumBy (KernelLanes.tiles count)
            Expect.equal (int64 made.Count) cost "made for the first product, and held"
            Expect.equal parts[2] parts[0] "the same bits"

        testCase "few rows have few lanes, and a kernel between two sets of rows has none"
        <| fun () ->
            Expect.equal
                ([ 1; side; side + 1; 15 * side; 16 * side + 1; 100_000 ] |> List.map KernelLanes.count)
                [ 1; 1; 2; 15; 16; 16 ]
                "one a block row"

            let source, xs =
                Expect.wantOk
                    (KernelSource.create KernelKind.Ntk network true (normal 3 (side + 6) 5))
                    "a kernel"

            let few = UnheldKernel.symmetric source xs
            let v = normal 4 1 (side + 6)

            Expect.equal
                (KernelLanes.parts few [| 0; 1 |] v |> KernelLanes.sum)
                (KernelProduct.multiply few v)
                "two lanes"

            Expect.throwsT<ArgumentException>
                (fun () -> KernelLanes.parts (UnheldKernel.between source xs xs) [| 0 |] v |> ignore)
                "not symmetric"

            Expect.throwsT<ArgumentException>
                (fun () -> KernelLanes.sum [| normal 1 1 3; normal 1 1 4 |] |> ignore)
                "of two products"
    ]
