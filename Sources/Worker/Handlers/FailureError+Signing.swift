// SPDX-License-Identifier: Apache-2.0

internal import Contract
internal import SignetSigning

extension FailureError {
    /// A refusal of the signer as the failure of a job.
    ///
    /// - Parameter field: Maps the signer's parameter to the path of the job's field.
    init(signing error: SigningError, field: (String) -> String) {
        self.init(
            FailureCode(rawValue: error.code.rawValue),
            field: field(error.parameter),
            message: error.message
        )
    }
}
