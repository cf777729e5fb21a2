/// Standard output and error that take nothing.
module NtkPipeline.Tests.StandardOutputTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs

let private end' (line: string) (arguments: string list) =
    use started = startBy line arguments
    let output, error = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
    started.WaitForExit()
    started.ExitCode, output.Result + error.Result

let private full, closed = "exec \"$@\" > /dev/full", "exec \"$@\" >&-"

let tests =
    testList "standard output" [
        if File.Exists "/dev/full" then
            testCase "that takes nothing ends the command in a sentence, and what it wrote to files is there"
            <| inFolder (fun folder ->
                let x, k =
                    write folder "x" (Matrix.init 4 3 (fun i j -> float (i - j))),
                    Path.Combine(folder, "k.npy")

                let kernel = [ "kernel"; "--network"; "dense 1"; "--x"; x; "--out"; k ]

                for line in [ full; closed ] do
                    for arguments in
                        [
                            [ "help" ]
                            [ "help"; "kernel" ]
                            [ "kernel"; "--help" ]
                            [ "config"; "schema" ]
                            kernel @ [ "--json" ]
                        ] do
                        let code, said = end' line arguments
                        let what = $"%s{line}: %A{arguments}: %s{said}"
                        Expect.equal code 1 what
                        Expect.stringContains said "ntk: standard output cannot be written: " what
                        Expect.isFalse (said.Contains "   at ") what

                Expect.isTrue (File.Exists k) "the kernel"
                // A failure keeps its own code.
                let code, said = end' full [ "kernl"; "--json" ]
                Expect.equal (code, said.Contains "did you mean kernel?") (2, true) said
                Expect.equal (end' "exec \"$@\" 2> /dev/full" [ "kernl" ]) (2, "") "nowhere to say it"
                Expect.equal (end' "exec \"$@\" 2>&-" [ "kernl" ] |> fst) 2 "nor here")
    ]
