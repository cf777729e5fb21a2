/// Findings of which the answer is known.
module NtkPipeline.Tests.SampleAnswers

open Expecto
open NtkPipeline.Core

let band value lower upper : Difference = { Value = value; Lower = lower; Upper = upper }

/// Findings in which the networks of each input scale differ from the kernel by this, at every width.
let given isSynthetic (unit: Difference) (sqrtD: Difference) =
    let findings = SampleFindings.make isSynthetic

    {
        findings with
            Comparison = {
                findings.Comparison with
                    Differences =
                        findings.Comparison.Differences
                        |> Array.map (fun one -> {
                            one with
                                Difference =
                                    (match one.Spec.InputScale with
                                     | InputScale.Unit -> unit
                                     | InputScale.SqrtD -> sqrtD)
                        })
            }
    }

let none = band -0.002 -0.008 0.004
let better = band 0.032 0.015 0.053
let worse = band -0.041 -0.055 -0.027
let open' = band 0.004 -0.016 0.024


let says (text: string) (parts: string list) =
    for part in parts do
        Expect.stringContains text part part
