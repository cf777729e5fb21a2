/// The completion scripts of zsh, fish and PowerShell, run by the shells themselves where they are here.
module NtkPipeline.Tests.ShellCompletionTests

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk

/// What a shell of this machine prints, with this folder as the person's own; none where it is not here.
let private said (shell: string) (home: string) (arguments: string list) =
    try
        let info =
            ProcessStartInfo(
                shell,
                arguments,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = home
            )

        for name in [ "HOME"; "XDG_CONFIG_HOME"; "XDG_DATA_HOME"; "ZDOTDIR" ] do
            info.Environment[name] <- home

        use started = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
        let errors = started.StandardError.ReadToEndAsync()
        let output = started.StandardOutput.ReadToEnd()
        started.WaitForExit()
        Expect.equal started.ExitCode 0 (output + errors.Result)
        Some(output.Split('\n', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray)
    with :? ComponentModel.Win32Exception ->
        None

/// A zsh in a terminal of its own types each line, a tab and an X, and says how the line then stands.
let private typing =
    """zmodload zsh/zpty
zpty -b inner "TERM=dumb PS1= zsh -f -i"
heard=""
until_heard() {
    local part; heard=""
    local -i times=0
    until [[ $heard == *$1* ]]; do
        if zpty -r -t inner part; then heard+=$part; else sleep 0.1; (( times += 1 )); fi
        if (( times > 300 )); then print -r -- "heard only: $heard"; exit 1; fi
    done
}
zpty -w inner "autoload -U compinit; compinit -u -D; source $1; unsetopt beep; print rea''dy"
until_heard ready
sleep 1
for line in "${@:2}"; do
    zpty -w -n inner "$line"$'\tX'
    until_heard X
    heard=${heard//$' \b'/}
    print -r -- "${heard//[[:cntrl:]]/}"
    zpty -w -n inner $'\x15'
    sleep 0.2
done
"""

let private script shell folder =
    let file = Path.Combine(folder, $"ntk.%s{shell}")
    File.WriteAllText(file, (wantDone [ "completions"; shell ]).Output)
    file

let tests =
    testList "completions" [
        testCase "zsh completes commands, options, values, settings and files"
        <| inFolder (fun folder ->
            if (said "zsh" folder [ "-fc"; "true" ]).IsNone then
                skiptest "no zsh here"

            File.WriteAllText(Path.Combine(folder, "type.zsh"), typing)
            File.WriteAllText(Path.Combine(folder, "inputs.npy"), "")

            let lines = [
                "ntk ker", "ntk kernel X"
                "ntk store v", "ntk store verify X"
                "ntk kernel --netw", "ntk kernel --network X"
                "ntk store gc --qu", "ntk store gc --quiet X"
                "ntk kernel --kind nn", "ntk kernel --kind nngp X"
                "ntk run --set train.epo", "ntk run --set train.epochs=X"
                "ntk run --experiment double", "ntk run --experiment double-descent X"
                "ntk help netw", "ntk help network X"
                "ntk completions pow", "ntk completions powershell X"
                "ntk kernel --x inp", "ntk kernel --x inputs.npy X"
            ]

            let stands =
                said "zsh" folder ([ "-f"; "type.zsh"; script "zsh" folder ] @ List.map fst lines)
                |> Flip.Expect.wantSome "zsh is here"

            Expect.equal stands.Length lines.Length (String.concat "\n" stands)

            for (line, expected), stands in List.zip lines stands do
                Expect.stringEnds stands expected line)

        testCase "a setting is followed by no blank in zsh, so that its value can be typed"
        <| inFolder (fun folder ->
            let text = File.ReadAllText(script "zsh" folder)
            Expect.stringContains text "'run --set') compadd -S '' -- " "no suffix")

        testCase "fish completes commands, options, values, settings and files, and no more than there are"
        <| inFolder (fun folder ->
            if (said "fish" folder [ "-c"; "true" ]).IsNone then
                skiptest "no fish here"

            File.WriteAllText(Path.Combine(folder, "inputs.npy"), "")
            let file = script "fish" folder

            let offered line =
                said "fish" folder [ "-c"; $"source '%s{file}'; complete -C '%s{line}'" ]
                |> Flip.Expect.wantSome "fish is here"
                |> List.map _.Split('\t').[0]

            for line, expected in
                [
                    "ntk ker", [ "kernel" ]
                    "ntk store ", [ "gc"; "size"; "verify" ]
                    "ntk store gc ", []
                    "ntk kernel --netw", [ "--network" ]
                    "ntk kernel --kind nn", [ "nngp" ]
                    "ntk run --set train.epo", [ "train.epochs=" ]
                    "ntk run --experiment double", [ "double-descent" ]
                    // A value that is called like a command leads to no other command.
                    "ntk run --out report --experiment double", [ "double-descent" ]
                    "ntk help netw", [ "network" ]
                    "ntk help kernel --netw", []
                    "ntk completions pow", [ "powershell" ]
                    "ntk kernel --x inp", [ "inputs.npy" ]
                ] do
                Expect.equal (offered line) expected line)

        testCase "PowerShell completes commands, options, values and settings, and leaves files to itself"
        <| inFolder (fun folder ->
            if (said "pwsh" folder [ "-NoProfile"; "-Command"; "exit 0" ]).IsNone then
                skiptest "no PowerShell here"

            File.WriteAllText(Path.Combine(folder, "inputs.npy"), "")
            let file = script "powershell" folder

            let lines = [
                "ntk ker", "kernel"
                "ntk store v", "verify"
                "ntk kernel --netw", "--network"
                "ntk kernel --kind nn", "nngp"
                "ntk run --set train.epo", "train.epochs="
                "ntk run --experiment double", "double-descent"
                "ntk run --out report --experiment double", "double-descent"
                "ntk help netw", "network"
                "ntk completions pow", "powershell"
                "ntk kernel --x inp", Path.Combine(".", "inputs.npy")
                // A number is to come, not another option.
                "ntk run --workers 2", ""
            ]

            let typed = lines |> List.map (fun (line, _) -> $"'%s{line}'") |> String.concat ","

            let stands =
                said "pwsh" folder [
                    "-NoProfile"
                    "-Command"
                    $"Get-Content -Raw '%s{file}' | Invoke-Expression; foreach ($line in %s{typed}) {{ '> ' + ([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText -join ' ') }}"
                ]
                |> Flip.Expect.wantSome "PowerShell is here"

            Expect.equal stands [ for _, expected in lines -> $"> %s{expected}" ] "a line each")
    ]
