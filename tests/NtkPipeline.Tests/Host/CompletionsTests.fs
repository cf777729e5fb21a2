/// ntk completions: nothing that the program knows is left out, and the shells that are here do complete.
module NtkPipeline.Tests.CompletionsTests

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Host
open NtkPipeline.Tests.Ntk

let private script shell = (wantDone [ "completions"; shell ]).Output

let private shells = [ "bash"; "zsh"; "fish"; "powershell" ]

/// What a shell of this machine prints; none where it is not here.
let private said (shell: string) (arguments: string list) =
    try
        let info =
            ProcessStartInfo(shell, arguments, RedirectStandardOutput = true, RedirectStandardError = true)

        use started = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
        let errors = started.StandardError.ReadToEndAsync()
        let output = started.StandardOutput.ReadToEnd()
        started.WaitForExit()
        Expect.equal started.ExitCode 0 (output + errors.Result)
        Some(output.Split([| '\n'; ' ' |], StringSplitOptions.RemoveEmptyEntries) |> List.ofArray)
    with :? ComponentModel.Win32Exception ->
        None

let tests =
    testList "completions" [
        testCase "every command and option is in every shell's script"
        <| fun () ->
            for shell in shells do
                let script = script shell

                for option in Program.Options do
                    if not option.IsHidden then
                        let name = if shell = "fish" then $"-l %s{option.Name[2..]} " else option.Name
                        Expect.stringContains script name $"%s{shell}: %A{option.Command}"
                        Expect.stringContains script option.Command[option.Command.Count - 1] shell

                for words in [ "train.epochs="; "double-descent"; "float32"; "network" ] do
                    Expect.stringContains script words shell

        testCase "bash completes commands, options, values and settings"
        <| inFolder (fun folder ->
            let file = Path.Combine(folder, "ntk.bash")
            File.WriteAllText(file, script "bash")

            let complete (words: string list) =
                let quoted = words |> List.map (fun word -> $"'%s{word}'") |> String.concat " "

                said "bash" [
                    "--norc"
                    "-c"
                    $"source '%s{file}'; COMP_WORDS=(ntk %s{quoted}); COMP_CWORD=%d{words.Length}; _ntk; echo \"${{COMPREPLY[@]}}\""
                ]

            if (said "bash" [ "-c"; "true" ]).IsNone then
                skiptest "no bash here"

            let offered words = Expect.wantSome (complete words) "bash is here"
            Expect.equal (offered [ "ker" ]) [ "kernel" ] "a command"
            Expect.equal (offered [ "store"; "" ] |> List.truncate 3) [ "verify"; "gc"; "size" ] "below one"
            Expect.equal (offered [ "kernel"; "--netw" ]) [ "--network" ] "an option"
            Expect.equal (offered [ "kernel"; "--kind"; "nn" ]) [ "nngp" ] "a value"
            Expect.equal (offered [ "run"; "--set"; "train.epo" ]) [ "train.epochs=" ] "a setting"
            Expect.equal (offered [ "run"; "--experiment"; "double" ]) [ "double-descent" ] "a question"
            Expect.equal (offered [ "help"; "netw" ]) [ "network" ] "a page"
            Expect.equal (offered [ "completions"; "pow" ]) [ "powershell" ] "a shell"
            Expect.isEmpty (offered [ "kernel"; "--x"; "a" ]) "files are bash's own")

        testCase "the other shells that are here take their scripts"
        <| inFolder (fun folder ->
            let mutable here = 0

            for shell, program, check in
                [
                    "bash", "bash", [ "-n" ]
                    "zsh", "zsh", [ "-n" ]
                    "fish", "fish", [ "--no-execute" ]
                    "powershell", "pwsh", [ "-NoProfile"; "-File" ]
                ] do
                let file = Path.Combine(folder, if shell = "powershell" then "ntk.ps1" else $"ntk.%s{shell}")
                File.WriteAllText(file, script shell)

                if (said program (check @ [ file ])).IsSome then
                    here <- here + 1

            if here = 0 then
                skiptest "none of them is here")
    ]
