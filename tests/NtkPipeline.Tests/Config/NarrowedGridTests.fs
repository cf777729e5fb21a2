module NtkPipeline.Tests.NarrowedGridTests

open Expecto
open NtkPipeline.Core

let private points file (assignments: string list) =
    let name, text =
        match file with
        | Some(text: string) -> ("f.json": string | null), (text: string | null)
        | None -> null, null

    let config = Expect.wantOk (Config.read name text assignments) "they are settings"

    config.Train
    |> Array.map (fun point -> point.Spec.Width, point.Spec.Rate)
    |> Array.distinct
    |> List.ofArray

let tests =
    testList "NarrowedGrid" [
        testCase "widths that are said alone train no width that only a default asked for"
        <| fun () ->
            Expect.equal (points None [ "train.widths=16" ]) [ 16, 1.0; 16, 1.5; 16, 2.0 ] "m = 16 alone"
            Expect.equal (points None [ "train.widths=32" ]) [ 32, 1.0 ] "no larger rate either"

            Expect.equal
                (points None [ "train.widths=32"; "train.larger-rate-widths=8"; "train.larger-rates=2" ])
                [ 32, 1.0; 8, 2.0 ]
                "what is said counts"

        testCase "the command line narrows a file's grid"
        <| fun () ->
            let file =
                Some
                    """{ "train.widths": [16, 64], "train.larger-rate-widths": [16], "train.larger-rates": [4] }"""

            Expect.equal (points file []) [ 16, 1.0; 64, 1.0; 16, 4.0 ] "as the file says"
            Expect.equal (points file [ "train.widths=64" ]) [ 64, 1.0 ] "no m = 16"
            Expect.equal (points file [ "train.larger-rate-widths=none" ]) [ 16, 1.0; 64, 1.0 ] "none"
    ]
