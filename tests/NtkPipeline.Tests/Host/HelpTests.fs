/// What `ntk`, `ntk help` and `--help` show.
module NtkPipeline.Tests.HelpTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Host
open NtkPipeline.Tests.Ntk

let private commands =
    Program.Options |> Seq.map (fun option -> List.ofSeq option.Command) |> Seq.distinct |> List.ofSeq

let private shown arguments = (wantDone arguments).Output

let tests =
    testList "help" [
        testCase "bare ntk shows every command in a line, and the three to start with"
        <| fun () ->
            let page = shown []

            for start in [ "ntk run  "; "ntk predict --text"; "ntk kernel --network" ] do
                Expect.stringContains page start "to start with"

            for command in commands do
                if command.Head <> "stage" then
                    Expect.stringContains page $"\n  %s{command.Head} " "it is listed"

            Expect.isFalse (page.Contains "Example:") "in a line each"
            Expect.equal (shown [ "help" ]) page "`ntk help` is the same"

        testCase "ntk help COMMAND is COMMAND --help, for every command"
        <| fun () ->
            for command in commands do
                let page = shown ("help" :: command)
                Expect.equal page (shown (command @ [ "--help" ])) $"%A{command}"
                Expect.stringContains page "Example: ntk " "it has an example"

        testCase "ntk help network is the language's page, as Markdown too"
        <| fun () ->
            Expect.equal (shown([ "help"; "network" ]).TrimEnd()) (NetworkGuide.page.TrimEnd()) "the page"

            Expect.equal
                (shown([ "help"; "network"; "--markdown" ]).TrimEnd())
                (NetworkGuide.markdown.TrimEnd())
                "for the documentation"

            refused 2 [ "--markdown" ] [ "help"; "run"; "--markdown" ]

        testCase "what ntk kernel refuses of texts says so where it is listed"
        <| fun () ->
            for name in [ "--outputs"; "--parts" ] do
                let option =
                    Program.Options
                    |> Seq.find (fun option -> List.ofSeq option.Command = [ "kernel" ] && option.Name = name)

                Expect.stringContains (option.Description.ToLowerInvariant()) "of texts" name

        testCase "config show --long says what each setting means and what it may be"
        <| fun () ->
            let page = shown [ "config"; "show"; "--long" ]

            for setting in Config.settings do
                Expect.stringContains
                    page
                    $"%s{setting.Doc} May be %s{Setting.expectation setting.Kind}."
                    "said"

            Expect.isFalse ((shown [ "config"; "show" ]).Contains "May be ") "only when asked"
    ]
