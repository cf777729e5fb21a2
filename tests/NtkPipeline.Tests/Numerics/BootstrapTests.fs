module NtkPipeline.Tests.BootstrapTests

open Expecto
open NtkPipeline.Core

let private seed = Seed.root 8UL

/// Of so many rows, those that the network alone is right on and those that the kernel alone is; both are right on the others.
let private contest rows won lost =
    let network = Array.init rows (fun i -> if i >= won && i < won + lost then 0.0 else 1.0)
    let kernel = Array.init rows (fun i -> if i < won then 0.0 else 1.0)
    network, kernel

let private banded rows won lost =
    let network, kernel = contest rows won lost
    Bootstrap.paired 2000 seed [| network; network |] kernel

let private close expected actual =
    Expect.isLessThan (abs (expected - actual)) 1e-4 $"{expected} and {actual}"

let tests =
    testList "Bootstrap" [
        testCase "no more than five rows that differ never tell a side, six that differ one way do"
        <| fun () ->
            for won in 0..5 do
                for lost in 0 .. 5 - won do
                    Expect.isNone (Difference.isPositive (banded 31 won lost)) $"{won} and {lost}"

            Expect.equal (Difference.isPositive (banded 31 6 0)) (Some true) "six"
            Expect.equal (Difference.isPositive (banded 31 0 6)) (Some false) "lost"
            // p = 2·(1 + 8)/2⁸ = 0.07
            Expect.isNone (Difference.isPositive (banded 500 7 1)) "seven of eight"

        testCase "one row of 31: the band is no narrower than that of none"
        <| fun () ->
            let none, one = banded 31 0 0, banded 31 1 0
            // 1 − 0.05^(1/31)
            close 0.0921 none.Upper
            close -0.0921 none.Lower
            close (1.0 / 31.0) one.Value
            Expect.isLessThan one.Lower none.Lower "below"
            Expect.isGreaterThan one.Upper none.Upper "above"

        testCase "one row and several networks: seeds do not multiply rows"
        <| fun () ->
            let network, kernel = contest 31 1 0
            let others = Array.init 4 (fun _ -> kernel)
            Expect.isNone (Difference.isPositive (Bootstrap.between 2000 seed [| network |] others)) "one row"

        testCase "what is no count of hits keeps its band"
        <| fun () ->
            let errors = Array.init 40 (fun i -> 0.5 + 0.01 * float i)
            let less = errors |> Array.map (fun e -> e - 0.1)
            let found = Bootstrap.paired 500 seed [| less |] errors
            close -0.1 found.Value
            Expect.equal (Difference.isPositive found) (Some false) "all of it below"
    ]
