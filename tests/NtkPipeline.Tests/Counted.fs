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

/// Tests with what is said of each: "  name (seconds): the first lines of the reason".
let private reasons (tests: (FlatTest * Impl.TestSummary) list) =
    let reason (result: Impl.TestSummary) =
        match result.result with
        | Impl.TestResult.Failed message -> message
        | Impl.TestResult.Error error -> string error
        | other -> string other

    tests
    |> List.map (fun (test, result) ->
        let lines = (reason result).Trim().Split '\n' |> Array.truncate 12
        let name = String.concat "." test.name
        $"""  %s{name} (%.1f{result.duration.TotalSeconds} s): %s{String.concat "\n    " lines}""")
    |> String.concat "\n"

let private notPassed (summary: Impl.TestRunSummary) = summary.failed @ summary.errored

/// Expecto's exit code and, where it ran at all, its summary.
let private once (further: CLIArguments list) argv tests : int * Impl.TestRunSummary option =
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

    let code = runTestsWithCLIArgs (arguments @ further) argv tests
    code, counted.Value

/// What starts and watches other programs is run alone, and can fail by a busy machine. Attacks at random instants cannot: what they
/// find once is there.
let private watches (test: FlatTest) =
    test.sequenced <> SequenceMethod.InParallel && not (List.contains "torture" test.name)

/// Runs the tests, says how they went, and gives the exit code. Few that fail are tried once more where they watch other programs;
/// what passes only then is named, with why it had failed.
let run (argv: string[]) (tests: Test) : int =
    match once [] argv tests with
    | code, None -> if code = 0 then 1 else code
    | code, Some summary ->
        let failed = notPassed summary

        let again =
            if failed.IsEmpty || failed.Length > 5 || not (List.forall (fst >> watches) failed) then
                []
            else
                let names = failed |> List.map (fun (test, _) -> String.concat "." test.name)

                match once [ CLIArguments.Run names; CLIArguments.Sequenced ] [||] tests with
                | _, Some summary -> summary.passed |> List.map (fun (test, _) -> test.name)
                | _, None -> []

        let unsteady, failed = failed |> List.partition (fun (test, _) -> List.contains test.name again)

        Console.Out.Flush()
        // Expecto has put a writer of its own in Console.Out, which pads lines with blanks.
        use output = new StreamWriter(Console.OpenStandardOutput())
        output.Write $"\nThe slowest:\n%s{slowest summary}\n"

        if not unsteady.IsEmpty then
            output.Write $"\nUnsteady, passed alone at a second try:\n%s{reasons unsteady}\n"

        if not failed.IsEmpty then
            output.Write $"\nFailed:\n%s{reasons failed}\n"

        output.Write $"\n%d{summary.passed.Length + unsteady.Length} passed, %d{failed.Length} failed\n"
        if failed.IsEmpty && not unsteady.IsEmpty then 0 else code
