/// Numbers of the command line, in every command.
module NtkPipeline.Tests.PlainNumbersTests

open System.IO
open Expecto
open NtkPipeline.Host
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk

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
