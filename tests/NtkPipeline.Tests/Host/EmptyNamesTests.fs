/// Names of files and folders that are empty, as a script's unset variable makes them.
module NtkPipeline.Tests.EmptyNamesTests

open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Host
open NtkPipeline.Host.Commands
open NtkPipeline.Tests.Ntk

/// Words of an option's name that mean a file or a folder wherever they stand.
let private ofFiles =
    Regex
        @"^--(out|out-.*|store|data|to|config|texts|vocab|x|y|z|k-train|k-test|certificate|npy|predict|predictions|targets|path|groups|coefficients|f0-.*|error-out)$"

let private commands () =
    Program.Options
    |> List.ofSeq
    |> List.groupBy (fun option -> List.ofSeq option.Command)
    |> List.map snd

/// A call with this value of one option, and something for all others that it cannot be called without.
let private calling (options: CommandOption list) (asked: CommandOption) (value: string) = [
    yield! asked.Command

    if List.ofSeq asked.Command = [ "why" ] then
        "fit-ridge"

    for option in options do
        if option.Name = asked.Name then
            option.Name
            value
        elif option.IsRequired then
            option.Name

            match option.Name with
            | "--kind" -> "nngp"
            | "--network" -> "dense 1"
            | "--encoder" -> "lsa"
            | _ -> "1"
]

let tests =
    testList "empty names" [
        testCase "every option of every command that names a file or a folder is known to"
        <| fun () ->
            for options in commands () do
                for option in options do
                    if ofFiles.IsMatch option.Name && not option.IsNumber then
                        Expect.isTrue option.IsPath $"%A{option.Command} %s{option.Name}"

        testCase "each is refused by its name, in one sentence, before anything is read or written"
        <| fun () ->
            let mutable tried = 0

            for options in commands () do
                for option in options |> List.filter _.IsPath do
                    for value in [ ""; "  " ] do
                        let answer = call (calling options option value)

                        Expect.equal
                            answer.Code
                            2
                            $"%A{option.Command} %s{option.Name} '%s{value}': %s{answer.Error}"

                        Expect.stringContains answer.Error $"%s{option.Name}: the name of a " "which"
                        Expect.stringContains answer.Error " is empty" "why"
                        Expect.equal (answer.Error.TrimEnd().Split '\n').Length 1 answer.Error
                        tried <- tried + 1

            Expect.isGreaterThan tried 100 "the options were found"
    ]
