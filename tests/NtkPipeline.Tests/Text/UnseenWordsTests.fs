module NtkPipeline.Tests.UnseenWordsTests

open Expecto
open NtkPipeline.Core

let private known = UnseenWords.known [ "Forest FIRE near the lake!"; "see https://t.co/abc" ]

let tests =
    testList "UnseenWords" [
        testCase "a text shares something where one of its words was seen, whatever its case and signs"
        <| fun () ->
            for text in [ "fire"; "#Fire zzz"; "the"; "LAKE, qqq" ] do
                Expect.equal (UnseenWords.remark known text) None text

        testCase "a text of unseen words alone, and one without a word, are remarked on"
        <| fun () ->
            let remark text = Expect.wantSome (UnseenWords.remark known text) text
            Expect.stringContains (remark "zzz qqq") "none of its 2 words" "two"
            Expect.stringContains (remark "zzz") "its only word stands in no text" "one"

            for text in [ ""; "   "; "?!"; "https://t.co/xyz" ] do
                Expect.stringContains (remark text) "holds no word" text
    ]
