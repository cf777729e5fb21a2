module NtkPipeline.Tests.Main

open Expecto

let private tests = testList "NtkPipeline" [ LibTorchTests.tests; ConfigTextTests.tests ]

/// Runs the tests; the last line says how many passed and failed.
[<EntryPoint>]
let main argv =
    let counted = ref None

    let printer = {
        Impl.TestPrinters.defaultPrinter with
            summary =
                fun config summary ->
                    counted.Value <- Some summary
                    Impl.TestPrinters.defaultPrinter.summary config summary
    }

    let code = runTestsWithCLIArgs [ CLIArguments.Printer printer; CLIArguments.No_Spinner ] argv tests

    match counted.Value with
    | Some summary ->
        let failed = List.length summary.failed + List.length summary.errored
        printfn "\n%d passed, %d failed" (List.length summary.passed) failed
        code
    | None -> if code = 0 then 1 else code
