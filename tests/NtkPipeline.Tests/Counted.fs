/// The tests' last line, which says how many passed and failed.
module NtkPipeline.Tests.Counted

open System
open System.IO
open Expecto

/// The tests that took longest, so that it is seen when one grows.
let private slowest (summary: Impl.TestRunSummary) =
    summary.results
    |> List.sortByDescending (fun (_, result) -> result.duration)
    |> List.truncate 20
    |> List.map (fun (test, result) ->
        $"""%6.1f{result.duration.TotalSeconds} s  %s{String.concat "." test.name}""")
    |> String.concat "\n"

/// Runs the tests, says how they went, and gives the exit code.
let run (argv: string[]) (tests: Test) : int =
    let counted = ref None

    let printer = {
        Impl.TestPrinters.defaultPrinter with
            summary =
                fun config summary ->
                    counted.Value <- Some summary
                    Impl.TestPrinters.defaultPrinter.summary config summary
    }

    let arguments = [
        CLIArguments.Printer printer
        CLIArguments.No_Spinner
        if Console.IsOutputRedirected then
            CLIArguments.Colours 0
    ]

    let code = runTestsWithCLIArgs arguments argv tests

    match counted.Value with
    | Some summary ->
        let failed = List.length summary.failed + List.length summary.errored
        Console.Out.Flush()
        // Expecto has put a writer of its own in Console.Out, which pads lines with blanks.
        use output = new StreamWriter(Console.OpenStandardOutput())
        output.Write $"\nThe slowest:\n%s{slowest summary}\n"
        output.Write $"\n%d{List.length summary.passed} passed, %d{failed} failed\n"
        code
    | None -> if code = 0 then 1 else code
