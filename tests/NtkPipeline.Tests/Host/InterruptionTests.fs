module NtkPipeline.Tests.InterruptionTests

open System
open System.Diagnostics
open System.IO
open System.Text
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Tests.Ntk

/// Starts `ntk` as a process of its own and sends it a signal once a stage is done; gives its exit code and what it said.
let private stopped (signal: string) (stage: string) (arguments: string list) =
    use started = Programs.start arguments
    let said = ResizeArray<string>()
    let mutable isSent = false

    let rec read () =
        match started.StandardError.ReadLine() with
        | null -> ()
        | line ->
            said.Add line

            if not isSent && line.StartsWith stage then
                isSent <- true
                use kill = Process.Start("kill", [ $"-%s{signal}"; string started.Id ])
                kill.WaitForExit()

            read ()

    read ()
    started.WaitForExit()
    started.ExitCode, List.ofSeq said

/// Runs `ntk` at a terminal of its own and presses Ctrl-C once a bar is drawn; all that the terminal was sent. None where there is no
/// `script` to make terminals.
let private atTerminal (environment: (string * string) list) (arguments: string list) =
    let quoted =
        "dotnet" :: Path.Combine(AppContext.BaseDirectory, "ntk.dll") :: WeakSettings.expand arguments
        |> List.map (fun word -> "'" + word.Replace("'", @"'\''") + "'")
        |> String.concat " "

    let info =
        ProcessStartInfo(
            "script",
            [ "-qefc"; quoted; "/dev/null" ],
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        )

    info.Environment["TERM"] <- "xterm-256color"
    info.Environment.Remove "NO_COLOR" |> ignore

    for name, value in environment do
        info.Environment[name] <- value

    try
        use started = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
        let shown = StringBuilder()
        let buffer = Array.zeroCreate<char> 4096
        let since = Stopwatch.StartNew()

        let rec read () =
            match started.StandardOutput.Read(buffer, 0, buffer.Length) with
            | 0 -> ()
            | count ->
                shown.Append(buffer, 0, count) |> ignore

                // A key that is pressed before the program has the terminal may be lost, and is pressed again.
                if since.ElapsedMilliseconds > 1000L && shown.ToString().Contains ": running" then
                    since.Restart()
                    started.StandardInput.Write '\003'
                    started.StandardInput.Flush()

                read ()

        read ()
        started.WaitForExit()
        Some(started.ExitCode, shown.ToString().Replace("\r", ""))
    with :? ComponentModel.Win32Exception ->
        None

let tests =
    testList "interruptions" [
        testCase "at a terminal the sentence stands on a line of its own, behind any bar; NO_COLOR is heeded"
        <| inFolder (fun folder ->
            if not (OperatingSystem.IsLinux()) then
                skiptest "no `script` of Linux's"

            let data = tweets folder 240

            let shown environment store =
                match atTerminal environment (Programs.arguments folder data store "out") with
                | None -> skiptest "no `script` here"
                | Some(code, shown) ->
                    Expect.equal code 130 shown
                    let last = (shown.TrimEnd().Split '\n') |> Array.last

                    Expect.equal
                        last
                        "ntk: interrupted; what is finished is kept, and the same command goes on from there"
                        shown

                    Expect.stringContains shown "\u001b[?25h" "the cursor is seen again"
                    shown

            let isColoured (shown: string) =
                Regex.IsMatch(shown, @"\x1b\[[0-9;]*(3[0-7]|38;[0-9;]*|9[0-7])m")

            Expect.isTrue (isColoured (shown [] "plain")) "bars have colours"
            Expect.isFalse (isColoured (shown [ "NO_COLOR", "1" ] "grey")) "but where nobody wants them")

        if not (OperatingSystem.IsWindows()) then
            testCase "Ctrl-C ends in 130, kill -9 in nothing worse, and the next run gives the same bytes"
            <| inFolder (fun folder ->
                let data = tweets folder 240

                let run = Programs.arguments folder data
                let report out = File.ReadAllBytes(Path.Combine(folder, out, "report.html"))
                let code, said = stopped "INT" "embed-tweets" (run "store" "out")
                Expect.equal code 130 "as shells count it"
                Expect.stringContains (List.last said) "interrupted" "it says so"
                let code, _ = stopped "KILL" "train-network" (run "store" "out")
                Expect.equal code 137 "killed"
                Expect.isFalse (File.Exists(Path.Combine(folder, "out", "report.html"))) "it had not ended"
                let resumed = run "store" "out" |> wantDone
                Expect.stringContains resumed.Error "embed-tweets: cached" "what was done is not done again"
                run "fresh" "whole" |> wantDone |> ignore
                Expect.equal (report "out") (report "whole") "the same bytes")
    ]
