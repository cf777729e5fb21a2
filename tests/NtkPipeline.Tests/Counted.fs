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

/// The tests that did not pass, each with its reason.
let private failures (summary: Impl.TestRunSummary) =
    let reason (result: Impl.TestSummary) =
        match result.result with
        | Impl.TestResult.Failed message -> message
        | Impl.TestResult.Error error -> string error
        | other -> string other

    [
        for test, result in summary.failed @ summary.errored do
            $"""  %s{String.concat "." test.name} (%.1f{result.duration.TotalSeconds} s): %s{reason result}"""
    ]

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
        let failed = failures summary
        Console.Out.Flush()
        // Expecto has put a writer of its own in Console.Out, which pads lines with blanks.
        use output = new StreamWriter(Console.OpenStandardOutput())
        output.Write $"\nThe slowest:\n%s{slowest summary}\n"

        if not failed.IsEmpty then
            output.Write $"""\nFailed:\n%s{String.concat "\n" failed}\n"""

        output.Write $"\n%d{List.length summary.passed} passed, %d{failed.Length} failed\n"
        code
    | None -> if code = 0 then 1 else code
