module NtkPipeline.Tests.RidgeValueTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "RidgeValue" [
        testCase "0.1 is λ itself, and 0.1rel a multiple of the mean diagonal"
        <| fun () ->
            for text, value in
                [
                    "0.1", RidgeValue.Absolute 0.1
                    "1e-3", RidgeValue.Absolute 1e-3
                    "0", RidgeValue.Absolute 0.0
                    "0.1rel", RidgeValue.Relative 0.1
                    " 1e-3rel ", RidgeValue.Relative 1e-3
                    ".5rel", RidgeValue.Relative 0.5
                ] do
                Expect.equal (RidgeValue.parse text) (Ok value) text

            Expect.equal (RidgeValue.absolute 4.0 (RidgeValue.Relative 0.1)) 0.4 "λ"
            Expect.equal (RidgeValue.absolute 4.0 (RidgeValue.Absolute 0.1)) 0.1 "as it is"
            Expect.equal (RidgeValue.print 4.0 0.4) "ridge 0.4 (0.1 × mean diagonal)" "both ways"

        testCase "what is no ridge is refused, and a grid of multiples says how one is written"
        <| fun () ->
            for text in [ ""; "rel"; "0,1"; "1,000"; "none"; "0.1abs"; "0.1 rel x" ] do
                Expect.stringContains
                    (Expect.wantError (RidgeValue.parse text) text)
                    "it is not a ridge; write λ itself, such as 0.1, or 0.1rel"
                    text

            for text in [ "-1"; "-1rel"; "NaN"; "Infinity" ] do
                Expect.stringContains
                    (Expect.wantError (RidgeValue.parse text) text)
                    "at least 0 and finite"
                    text

            Expect.equal (RidgeValue.parseRelative "1e-3rel") (Ok 1e-3) "a multiple"

            Expect.stringContains
                (Expect.wantError (RidgeValue.parseRelative "1e-3") "bare")
                "write 1e-3rel"
                "the right spelling"
    ]
