/// Numbers of the command line, in every command.
module NtkPipeline.Tests.PlainNumbersTests

open System.IO
open Expecto
open NtkPipeline.Host
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

/// A call whose numbers are at fault before any file is looked for.
let private solve = [
    "solve"
    "--network"
    "dense 1"
    "--x"
    "x.npy"
    "--y"
    "y.npy"
    "--out"
    "p.npy"
]

let private numbers () = [
    for option in Program.Options do
        if option.IsNumber then
            List.ofSeq option.Command, option.Name
]

let tests =
    testList "numbers of the command line" [
        testCase "no option of any command takes a comma for a sign between thousands"
        <| fun () ->
            let numbers = numbers ()
            Expect.isGreaterThan numbers.Length 30 "the options were found"

            Expect.isTrue
                (List.contains ([ "regress" ], "--points-per-decade") numbers)
                "as a person calls them"

            for command, name in numbers do
                for text in [ "0,1"; "1,5"; "1,000"; "1.000,5"; "1'000"; "٣"; "0x10"; "1_000" ] do
                    let answer = call (command @ [ name; text ])
                    Expect.equal answer.Code 2 $"%A{command} %s{name} %s{text}: %s{answer.Output}"
                    Expect.stringContains answer.Error $"%s{name} '%s{text}': it is not a" $"%A{command}"

        testCase "a number that float64 would read as 0 or as infinite is refused as too small or too large"
        <| fun () ->
            for text, words in
                [
                    "1e-400", "too small for float64"
                    "-0.5E-330", "too small for float64"
                    "1e400", "too large for float64"
                ] do
                refused
                    2
                    [ $"--tolerance '%s{text}'"; words ]
                    (solve @ [ "--ridge"; "1"; "--tolerance"; text ])

                for ridge in [ text; $"%s{text}rel" ] do
                    refused 2 [ $"--ridge '%s{ridge}'"; words ] (solve @ [ "--ridge"; ridge ])

        testCase "a number with a point or an exponent is read as it is written"
        <| inFolder (fun folder ->
            let k =
                write folder "k" (NtkPipeline.Core.Matrix.init 3 3 (fun i j -> if i = j then 2.0 else 0.5))

            let y = writeVector folder "y" [| 1.0; -1.0; 1.0 |]

            for text, value in [ "0.1", 0.1; ".5", 0.5; "1e-3", 1e-3; "+2", 2.0; "3.", 3.0 ] do
                let out = Path.Combine(folder, "p.npy")

                let json = [ "regress"; "--k-train"; k; "--y"; y; "--ridge"; text; "--out"; out ] |> wantJson

                Expect.equal (real "ridge" json) value text)
    ]
